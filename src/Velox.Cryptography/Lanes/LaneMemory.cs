namespace Velox.Cryptography;

/// <summary>Memory on the stack where a vector begins at a multiple of its size, so that none lies across two cache lines.</summary>
internal static unsafe class LaneMemory
{
    private const int VectorSize = 64;

    /// <summary>How many words more to reserve than are used.</summary>
    internal static int Slack<TWord>()
        where TWord : unmanaged => VectorSize / sizeof(TWord);

    /// <summary>The first aligned address in memory that has the slack.</summary>
    internal static TWord* Align<TWord>(TWord* words)
        where TWord : unmanaged => (TWord*)(((nuint)words + VectorSize - 1) & ~(nuint)(VectorSize - 1));
}
