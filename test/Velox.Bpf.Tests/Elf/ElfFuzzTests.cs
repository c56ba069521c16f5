using System.Buffers.Binary;

namespace Velox.Bpf.Tests;

/// <summary>Whatever the bytes, loading ends with an image or a named error, and what loads and verifies can be run.</summary>
public sealed class ElfFuzzTests : IDisposable
{
    private const int CasesPerSample = 8_000;
    private const int RandomCases = 4_000;
    private const ulong Units = 10_000;

    private static readonly HostFunctionTable Host =
        new HostFunctionTable().Add("log", _ => 0).Add(42, "host_one", _ => 1);

    /// <summary>Values that break careless arithmetic.</summary>
    private static readonly ulong[] Edges =
    [
        0, 1, 7, 8, 16, 24, 56, 63, 64, 65, 255, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
        0x2_0000_0000, long.MaxValue, 1UL << 63, ulong.MaxValue - 7, ulong.MaxValue,
    ];

    private readonly VirtualMachine _machine = new();

    public static TheoryData<string> Samples => ["lenient", "strict", "object"];

    public void Dispose() => _machine.Dispose();

    [Theory]
    [MemberData(nameof(Samples))]
    public void Changed_files_never_throw(string name)
    {
        byte[] sample = Write(name);
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < CasesPerSample; i++)
            accepted += Check(Change(sample, random), random, $"{name}, seed {seed}, case {i}") ? 1 : 0;
        // Most changes hit something; some must not, or nothing behind the loader was tried.
        Assert.InRange(accepted, CasesPerSample / 100, CasesPerSample * 99 / 100);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int i = 0; i < RandomCases; i++)
        {
            byte[] file = new byte[random.Next(2048)];
            random.NextBytes(file);
            // Half of them get past the identity.
            if (random.Next(2) == 0 && file.Length >= 64)
                new LenientSample().Writer.Build().AsSpan(0, random.Next(16, 65)).CopyTo(file);
            Check(file, random, $"random bytes, seed {seed}, case {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_truncation_ends_with_an_error_or_an_image(string name)
    {
        byte[] sample = Write(name);
        var random = new Random(1);
        for (int length = 0; length < sample.Length; length++)
            Check(sample[..length], random, $"{name}, cut to {length}");
    }

    private static byte[] Write(string name) => name switch
    {
        "lenient" => new LenientSample().Writer.Build(),
        "strict" => SbpfStrictTests.Write(hasData: true),
        _ => new ObjectSample().Writer.Build(),
    };

    /// <summary>Loads, verifies and runs; whether it loaded.</summary>
    private bool Check(byte[] file, Random random, string what)
    {
        try
        {
            var options = new ElfOptions { Kind = (ElfKind)random.Next(3), RejectsBroken = random.Next(4) == 0 };
            ElfError? error = ElfLoader.TryLoad(file, options, Host, out ProgramImage? image);
            Assert.Equal(error is null, image is not null);
            Assert.False(error is not null && error.Message.Length < 20);
            if (image is null)
                return false;
            if (BpfProgram.TryCreate(image, Host, out BpfProgram? program) is null)
            {
                _machine.Load(program!);
                _machine.Run(Units);
            }

            return true;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{what}: {exception.Message}", exception);
        }
    }

    /// <summary>One to three changes, most of them in headers and tables.</summary>
    private static byte[] Change(byte[] sample, Random random)
    {
        byte[] file = (byte[])sample.Clone();
        int sectionTable = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(40));
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(4) switch
            {
                0 => random.Next(64),
                1 => random.Next(sectionTable, file.Length),
                _ => random.Next(64, sectionTable),
            };
            switch (random.Next(8))
            {
                case 0 or 1:
                    file[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    file[at] = (byte)random.Next(40);
                    break;
                case 3 or 4:
                    BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(Math.Min(at & ~3, file.Length - 4)), (uint)Edge(file, random));
                    break;
                case 5 or 6:
                    BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(Math.Min(at & ~7, file.Length - 8)), Edge(file, random));
                    break;
                default:
                    return file[..random.Next(file.Length)];
            }
        }

        return file;
    }

    private static ulong Edge(byte[] file, Random random) =>
        random.Next(2) == 0 ? Edges[random.Next(Edges.Length)] : (ulong)random.Next(file.Length + 16);
}
