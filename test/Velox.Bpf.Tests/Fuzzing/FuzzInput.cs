namespace Velox.Bpf.Tests;

/// <summary>One run of a program.</summary>
/// <param name="Units">Its budget.</param>
/// <param name="MemorySeed">What its regions hold at first.</param>
/// <param name="Argument2">r2; r1 is the input's address.</param>
internal sealed record FuzzInput(ulong Units, ulong MemorySeed, ulong Argument2)
{
    internal const ulong Argument1 = MemoryMap.InputAddress;

    private byte[][]? _memories;

    internal static FuzzInput Generate(FuzzRandom random)
    {
        int units = random.Below(10) switch
        {
            < 4 => random.Between(0, 40),
            < 8 => random.Between(0, 400),
            _ => random.Between(400, 4000),
        };
        return new FuzzInput((ulong)units, random.Next(), (ulong)random.Value());
    }

    /// <summary>The first contents of the regions, to be copied.</summary>
    internal byte[][] Memories(FuzzLayout layout)
    {
        var random = new FuzzRandom(MemorySeed);
        return _memories ??= [.. layout.Regions.Select(region => random.Bytes(region.Bytes))];
    }
}
