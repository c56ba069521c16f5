using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>Linux's wait on an address: a sleep that another thread ends, with a time limit in nanoseconds.</summary>
/// <remarks>The runtime's own events take limits in whole milliseconds, ten times a bundle's deadline.</remarks>
internal static unsafe partial class Futex
{
    private const int WaitPrivate = 0 | 128;
    private const int WakePrivate = 1 | 128;
    private const long NanosPerSecond = 1_000_000_000;

    // The number of the system call, or -1 where it is not known.
    private static readonly int CallNumber = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 when OperatingSystem.IsLinux() => 202,
        Architecture.Arm64 when OperatingSystem.IsLinux() => 98,
        _ => -1,
    };

    internal static bool IsSupported => CallNumber >= 0;

    /// <summary>Sleeps while the word equals <paramref name="expected"/>, until woken or the time is over.</summary>
    /// <remarks>May return early without a reason: the caller looks at its condition again in any case.</remarks>
    internal static void Wait(int* word, int expected, long timeoutNanos)
    {
        var timeout = new Timespec { Seconds = timeoutNanos / NanosPerSecond, Nanos = timeoutNanos % NanosPerSecond };
        _ = SystemCall(CallNumber, word, WaitPrivate, expected, &timeout, null, 0);
    }

    /// <summary>Wakes one thread that sleeps on the word, if there is one.</summary>
    internal static void WakeOne(int* word) => _ = SystemCall(CallNumber, word, WakePrivate, 1, null, null, 0);

    // Every argument is of register size, as the variadic C function expects them on 64-bit Linux.
    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long SystemCall(
        long number, int* word, long operation, long value, Timespec* timeout, int* secondWord, long thirdValue);

    private struct Timespec
    {
        internal long Seconds;
        internal long Nanos;
    }
}
