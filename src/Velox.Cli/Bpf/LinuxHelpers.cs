using Velox.Bpf;

namespace Velox.Cli;

/// <summary>
/// Helpers under the numbers and with the arguments that Linux gives them (include/uapi/linux/bpf.h). Every run is repeatable:
/// time and random numbers are made up.
/// </summary>
internal static class LinuxHelpers
{
    private const ulong NanosecondsPerCall = 1_000;

    /// <summary>-EINVAL.</summary>
    private const ulong InvalidArgument = unchecked((ulong)-22L);

    /// <param name="output">Where trace_printk prints.</param>
    /// <param name="seed">What random numbers begin with.</param>
    internal static HostFunctionTable CreateTable(TextWriter output, ulong seed)
    {
        ulong nanoseconds = 0;
        ulong random = seed;
        return new HostFunctionTable()
            .Add(5, "bpf_ktime_get_ns", _ => nanoseconds += NanosecondsPerCall)
            .Add(6, "bpf_trace_printk", call => TracePrint(call, output))
            .Add(7, "bpf_get_prandom_u32", _ => NextRandom(ref random))
            .Add(8, "bpf_get_smp_processor_id", _ => 0);
    }

    /// <summary>Format at r1 of r2 bytes with its NUL, up to three values in r3 to r5; returns the length printed.</summary>
    private static ulong TracePrint(HostCall call, TextWriter output)
    {
        if (!call.TryRead(call.Argument1, call.Argument2, out ReadOnlySpan<byte> format))
            return 0;
        if (format.IsEmpty || format[^1] != 0)
            return InvalidArgument;
        byte[]? text = PrintFormat.Apply(format[..format.IndexOf((byte)0)], [call.Argument3, call.Argument4, call.Argument5], call);
        if (text is null)
            return InvalidArgument;
        output.WriteLine(CommandLineHost.Printable(text).TrimEnd('\n'));
        return (ulong)text.Length;
    }

    /// <summary>SplitMix64, the upper half.</summary>
    private static ulong NextRandom(ref ulong state)
    {
        ulong z = state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return (z ^ (z >> 31)) >> 32;
    }
}
