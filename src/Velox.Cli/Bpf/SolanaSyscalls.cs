using System.Globalization;
using System.Text.Unicode;
using Velox.Bpf;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>
/// Solana's syscalls that need no runtime: logs, memory, abort and panic, with Agave's prices (program-runtime
/// execution_budget.rs) and checks (syscalls logging.rs, mem_ops.rs).
/// </summary>
internal static class SolanaSyscalls
{
    private const ulong BaseUnits = 100;
    private const ulong MemoryBaseUnits = 10;
    private const ulong MemoryBytesPerUnit = 250;
    private const ulong AddressBytes = 32;

    /// <param name="output">Where programs log.</param>
    internal static HostFunctionTable CreateTable(TextWriter output) => new HostFunctionTable()
        .Add("abort", call => call.Fail("the program called abort"))
        .Add("sol_panic_", Panic)
        .Add("sol_log_", call => Log(call, output))
        .Add("sol_log_64_", call => LogNumbers(call, output), BaseUnits)
        .Add("sol_log_pubkey", call => LogAddress(call, output), BaseUnits)
        .Add("sol_log_compute_units_", call => LogUnits(call, output), BaseUnits)
        .Add("sol_memcpy_", Paid(MemoryFunctions.Copy), MemoryBaseUnits, InlineForm.Copy)
        .Add("sol_memmove_", Paid(MemoryFunctions.Move), MemoryBaseUnits, InlineForm.Move)
        .Add("sol_memset_", Paid(MemoryFunctions.Set), MemoryBaseUnits, InlineForm.Set)
        .Add("sol_memcmp_", Paid(MemoryFunctions.Compare), MemoryBaseUnits, InlineForm.Compare);

    /// <summary>File name at r1 of r2 bytes, line in r3, column in r4.</summary>
    private static ulong Panic(HostCall call)
    {
        if (!call.TryConsume(call.Argument2) || !TryReadText(call, out ReadOnlySpan<byte> file))
            return 0;
        return call.Fail(string.Create(
            CultureInfo.InvariantCulture, $"the program panicked at {CommandLineHost.Printable(file)}:{call.Argument3}:{call.Argument4}"));
    }

    /// <summary>Text at r1 of r2 bytes.</summary>
    private static ulong Log(HostCall call, TextWriter output)
    {
        if (call.TryConsume(Math.Max(BaseUnits, call.Argument2)) && TryReadText(call, out ReadOnlySpan<byte> text))
            output.WriteLine($"Program log: {CommandLineHost.Printable(text)}");
        return 0;
    }

    private static ulong LogNumbers(HostCall call, TextWriter output)
    {
        output.WriteLine(
            $"Program log: 0x{call.Argument1:x}, 0x{call.Argument2:x}, 0x{call.Argument3:x}, 0x{call.Argument4:x}, 0x{call.Argument5:x}");
        return 0;
    }

    private static ulong LogAddress(HostCall call, TextWriter output)
    {
        if (call.TryRead(call.Argument1, AddressBytes, out ReadOnlySpan<byte> address))
            output.WriteLine($"Program log: {new Address(address)}");
        return 0;
    }

    private static ulong LogUnits(HostCall call, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Program consumption: {call.RemainingUnits} units remaining"));
        return 0;
    }

    /// <summary>A memory function of r3 bytes, whose price beyond the base depends on them.</summary>
    private static HostFunction Paid(HostFunction function) => call =>
    {
        ulong units = call.Argument3 / MemoryBytesPerUnit;
        return units <= MemoryBaseUnits || call.TryConsume(units - MemoryBaseUnits) ? function(call) : 0;
    };

    private static bool TryReadText(HostCall call, out ReadOnlySpan<byte> text)
    {
        if (!call.TryRead(call.Argument1, call.Argument2, out text))
            return false;
        if (Utf8.IsValid(text))
            return true;
        call.Fail($"the {call.Argument2} bytes at 0x{call.Argument1:x} are no UTF-8 text");
        return false;
    }
}
