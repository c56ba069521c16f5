namespace Velox.Primitives;

/// <summary>
/// A process in 8 bytes: its number, which the system gives away again, and the low half of when it began. Both mean something
/// among processes that see each other's numbers: not between containers that hide theirs.
/// </summary>
internal static class ProcessStamp
{
    private const int StartBits = 32;

    internal static long OfThisProcess { get; } = Of(Environment.ProcessId);

    internal static int IdOf(long stamp) => (int)(stamp >> StartBits);

    /// <summary>Whether the process still runs. 0 stands for none.</summary>
    internal static bool IsAlive(long stamp) => stamp != 0 && Of(IdOf(stamp)) == stamp;

    /// <summary>0 where there is no such process.</summary>
    private static long Of(int processId) =>
        ProcessMark.StartOf(processId) is { } start ? ((long)processId << StartBits) | (uint)start : 0;
}
