using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Velox.Primitives;

/// <summary>The processor's counter that ticks at one rate: TSC on x86-64, CNTVCT_EL0 on ARM64.</summary>
/// <remarks>
/// .NET has no intrinsic for either, so a few bytes of code read it. They are called without the garbage collector's
/// transition, which costs more than the read: allowed, since they neither block, nor throw, nor call back.
/// </remarks>
internal readonly unsafe struct CycleCounter
{
    /// <summary>rdtsc; shl rdx, 32; or rax, rdx; ret</summary>
    /// <remarks>
    /// No fence stands before it, which would double the time of a read: the processor may read the counter before
    /// loads that precede it are done. Two reads of one thread stay in order.
    /// </remarks>
    private static ReadOnlySpan<byte> X64Code => [0x0f, 0x31, 0x48, 0xc1, 0xe2, 0x20, 0x48, 0x09, 0xd0, 0xc3];

    /// <summary>isb; mrs x0, cntvct_el0; ret</summary>
    /// <remarks>Without the barrier two reads of one thread may come in the wrong order (Arm ARM, DDI 0487, D12.2.2).</remarks>
    private static ReadOnlySpan<byte> Arm64Code =>
        [0xdf, 0x3f, 0x03, 0xd5, 0x40, 0xe0, 0x3b, 0xd5, 0xc0, 0x03, 0x5f, 0xd6];

    /// <summary>mrs x0, cntfrq_el0; ret</summary>
    private static ReadOnlySpan<byte> Arm64FrequencyCode =>
        [0x00, 0xe0, 0x3b, 0xd5, 0xc0, 0x03, 0x5f, 0xd6];

    private const string ClockSources = "/sys/devices/system/clocksource/clocksource0/available_clocksource";

    private readonly delegate* unmanaged[SuppressGCTransition]<ulong> _read;

    private CycleCounter(nint code, string? refusal)
    {
        _read = (delegate* unmanaged[SuppressGCTransition]<ulong>)code;
        Refusal = refusal;
    }

    /// <summary>Why there is no counter to read; null when there is one.</summary>
    internal string? Refusal { get; }

    internal bool IsAvailable => _read != null;

    /// <summary>This process's counter; its code is made once.</summary>
    internal static CycleCounter Shared { get; } = Probe();

    /// <summary>The counter now. Only where <see cref="IsAvailable"/>.</summary>
    internal ulong Read() => _read();

    internal static CycleCounter Unavailable(string reason) => new(0, reason);

    /// <summary>A counter that the given machine code reads: a C function without arguments that returns 64 bits.</summary>
    internal static CycleCounter FromCode(ReadOnlySpan<byte> code)
    {
        nint address = ExecutablePage.TryCreate(code, out string? refusal);
        return new CycleCounter(address, refusal);
    }

    private static CycleCounter Probe() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => ProbeX64(),
        Architecture.Arm64 => ProbeArm64(),
        _ => Unavailable("this processor's counter is not known: x86-64 and ARM64 are"),
    };

    private static CycleCounter ProbeX64()
    {
        string? refusal = RefuseTimeStampCounter(HasInvariantTimeStampCounter(), ReadClockSources());
        return refusal is null ? FromCode(X64Code) : Unavailable(refusal);
    }

    private static CycleCounter ProbeArm64()
    {
        // The architecture promises one rate. Firmware that never set the counter up shows in its frequency.
        CycleCounter frequency = FromCode(Arm64FrequencyCode);
        if (!frequency.IsAvailable)
            return frequency;
        return frequency.Read() == 0 ? Unavailable("the firmware did not set up the counter: CNTFRQ_EL0 is 0") : FromCode(Arm64Code);
    }

    private static string? ReadClockSources()
    {
        try
        {
            return File.ReadAllText(ClockSources);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // not Linux, or a container that hides it
        }
    }

    /// <summary>Why the TSC is no clock, or null.</summary>
    /// <param name="isInvariant">What the processor says.</param>
    /// <param name="clockSources">What the kernel offers as clocks; null when it does not say.</param>
    internal static string? RefuseTimeStampCounter(bool isInvariant, string? clockSources)
    {
        if (!isInvariant)
            return "the time stamp counter is not invariant: its rate changes with the processor's";
        // The kernel takes the TSC off the list when it sees it drift or differ between cores.
        if (clockSources is not null && !clockSources.Split((char[])[' ', '\n']).Contains("tsc"))
            return "the kernel found the time stamp counter unstable";
        return null;
    }

    private static bool HasInvariantTimeStampCounter()
    {
        const uint Extended = 0x8000_0000;
        const uint PowerManagement = 0x8000_0007;
        const int InvariantBit = 1 << 8;
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(unchecked((int)Extended), 0).Eax < PowerManagement)
            return false;
        return (X86Base.CpuId(unchecked((int)PowerManagement), 0).Edx & InvariantBit) != 0;
    }
}
