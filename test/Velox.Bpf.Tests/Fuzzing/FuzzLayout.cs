namespace Velox.Bpf.Tests;

/// <summary>Memory that a fuzzed program gets beside stack and heap.</summary>
internal sealed record FuzzRegion(ulong Address, int Bytes, bool IsWritable);

/// <summary>The sizes and regions that a fuzzed program runs with.</summary>
internal sealed record FuzzLayout(VmOptions Options, IReadOnlyList<FuzzRegion> Regions, byte[] ReadOnlyData)
{
    private static readonly int[] Sizes = [1, 2, 3, 7, 8, 9, 16, 40, 100, 255, 256, 257, 600, 4096];

    internal static FuzzLayout Generate(FuzzRandom random)
    {
        var options = new VmOptions
        {
            MaxCallDepth = random.Chance(80) ? random.Between(1, 8) : random.Between(1, 64),
            HeapBytes = random.Pick<int>([0, 0, 1, 100, 512, 513, 4096]),
            AllowsFrameGaps = random.Chance(65),
        };
        List<FuzzRegion> regions = [];
        ulong next = MemoryMap.InputAddress;
        for (int count = random.Between(1, 4); count > 0; count--)
        {
            int bytes = regions.Count == 0 && random.Chance(60) ? random.Between(300, 2000) : random.Pick(Sizes);
            regions.Add(new FuzzRegion(next, bytes, random.Chance(80)));
            // Most follow at once: accesses then straddle two regions.
            next += (ulong)(bytes + (random.Chance(70) ? 0 : random.Between(1, 32)));
        }

        if (random.Chance(40))
            regions.Add(new FuzzRegion(random.Pick<ulong>([0, 1, 8, 0x100]), random.Pick(Sizes), random.Chance(70)));
        if (random.Chance(40))
        {
            int bytes = random.Pick(Sizes);
            regions.Add(new FuzzRegion(0x10_0000_0000ul - (ulong)(bytes + random.Pick<int>([0, 0, 8])), bytes, random.Chance(70)));
        }

        // In the segments of the stack and the heap, so that their windows move.
        if (random.Chance(30))
            regions.Add(new FuzzRegion(MemoryMap.StackAddress + 0x8000_0000, random.Pick(Sizes), random.Chance(70)));
        if (random.Chance(20))
            regions.Add(new FuzzRegion(MemoryMap.HeapAddress + 0x1_0000, random.Pick(Sizes), random.Chance(70)));
        return new FuzzLayout(options, regions, random.Chance(60) ? random.Bytes(random.Pick(Sizes)) : []);
    }

    /// <summary>Everything that is mapped; of the stack the entry's frame.</summary>
    internal List<FuzzRegion> AllOf(Dialect dialect)
    {
        List<FuzzRegion> all = [.. Regions];
        int last = dialect.StackGrowsDown ? (Options.MaxCallDepth - 1) * dialect.FrameBytes : 0;
        all.Add(new FuzzRegion(MemoryMap.StackAddress + (ulong)last, dialect.FrameBytes, true));
        if (Options.HeapBytes > 0)
            all.Add(new FuzzRegion(MemoryMap.HeapAddress, Options.HeapBytes, true));
        if (ReadOnlyData.Length > 0)
            all.Add(new FuzzRegion(MemoryMap.ProgramAddress, ReadOnlyData.Length, false));
        return all;
    }
}
