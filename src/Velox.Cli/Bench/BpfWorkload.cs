using System.Buffers.Binary;
using Velox.Bpf;

namespace Velox.Cli;

/// <summary>An eBPF program to measure with: byte code that clang made of neutral C, its memory, and what must come out.</summary>
/// <param name="Name">Also its resource's, with <c>.hex</c>.</param>
/// <param name="Instructions">How many it executes.</param>
/// <param name="Result">Its r0.</param>
internal sealed record BpfWorkload(string Name, ulong Instructions, ulong Result)
{
    private const int PatternBytes = 65_536;
    private const int StreamWords = 65_536;

    /// <summary>Where SHA-256's message starts: behind its constants and schedule.</summary>
    private const int ShaMessageOffset = 512;

    /// <summary>All of them.</summary>
    internal static IReadOnlyList<BpfWorkload> All { get; } =
    [
        new("alu3", 1_000_000_002, 0x00c5_5f7b_c57f_eec7),
        new("xorshift", 1_000_000_004, 0xaca6_f316_f16f_882e),
        new("sieve", 113_091_874, 0x5_fd2a),
        new("sha256", 232_129_114, 0xa44a_5082_49c9_0f71),
        new("fnv", 134_218_499, 0x6ab6_11d4_3e0a_2325),
        new("heapsort", 70_488_990, 0xf085_5296_ed4f_d15b),
        new("stream", 196_609_603, 0xa2b4_ba0a_6efe_0000),
        new("book", 45_531_565, 0xcd9d_0ed4_2633_edb8),
        new("calls", 120_211_624, 0x1c5f_ffd7_9764),
        new("helper", 120_000_004, 0xc546_523f_f2d6_dd80),
    ];

    /// <summary>The host function that <c>helper</c> and the generated programs call: 1, r1 + 3 * r2.</summary>
    internal static HostFunctionTable Host { get; } = new HostFunctionTable()
        .Add(1, "mix", static call => call.Argument1 + (3 * call.Argument2));

    /// <summary>FIPS 180-4, 4.2.2.</summary>
    private static ReadOnlySpan<uint> ShaConstants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>The workload of a name.</summary>
    internal static BpfWorkload Find(string name) => All.Single(workload => workload.Name == name);

    /// <summary>A program's byte code, from the assembly's resources; also of <c>gen1000</c>: 1,000 generated instructions.</summary>
    internal static byte[] ReadText(string name)
    {
        using Stream stream = typeof(BpfWorkload).Assembly.GetManifestResourceStream($"bpf/{name}.hex")
            ?? throw new InvalidOperationException($"There is no program {name}.");
        using var reader = new StreamReader(stream);
        return Convert.FromHexString(reader.ReadToEnd().Trim());
    }

    /// <summary>A program of its own, not compiled.</summary>
    internal BpfProgram CreateProgram() => BpfProgram.Create(Dialect.Ebpf, ReadText(Name), Host);

    /// <summary>Its memory at the start: r1 points to it, r2 is its length. Empty where it uses none.</summary>
    internal byte[] CreateMemory() => Name switch
    {
        "sieve" => new byte[1_000_000],
        "heapsort" => new byte[1_048_576],
        "book" => new byte[1_081_408],
        "fnv" => CreatePattern(offset: 0),
        "sha256" => CreateShaMemory(),
        "stream" => CreateWords(),
        _ => [],
    };

    private static byte[] CreatePattern(int offset)
    {
        byte[] memory = new byte[offset + PatternBytes];
        for (int i = 0; i < PatternBytes; i++)
            memory[offset + i] = (byte)((i * 131) + 7 + (17 * (i >> 8)));
        return memory;
    }

    private static byte[] CreateShaMemory()
    {
        byte[] memory = CreatePattern(ShaMessageOffset);
        for (int i = 0; i < ShaConstants.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(memory.AsSpan(i * sizeof(uint)), ShaConstants[i]);
        return memory;
    }

    private static byte[] CreateWords()
    {
        byte[] memory = new byte[StreamWords * sizeof(ulong)];
        for (int i = 0; i < StreamWords; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(memory.AsSpan(i * sizeof(ulong)), (ulong)i * 0x9e37_79b1);
        return memory;
    }
}
