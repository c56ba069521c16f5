namespace Velox.Bpf;

/// <summary>A function of the host that programs call: eBPF's helper, sBPF's syscall.</summary>
/// <param name="call">Arguments, memory and meter of this call; not to be kept.</param>
/// <returns>The program's r0. Ignored when the call failed.</returns>
public delegate ulong HostFunction(HostCall call);

/// <summary>A host function under its name.</summary>
/// <param name="Key">What the call instruction holds.</param>
/// <param name="Name">For people.</param>
/// <param name="Function">Its body.</param>
/// <param name="PriceUnits">What each call costs before the body runs.</param>
/// <param name="Inline">What native code may do in place of the call.</param>
public sealed record HostFunctionEntry(
    uint Key, string Name, HostFunction Function, ulong PriceUnits, InlineForm Inline = InlineForm.None);
