namespace Velox.Bpf.Tests;

/// <summary>Objects as clang makes them load, and give the results of the same code elsewhere.</summary>
public sealed class ClangObjectTests : IDisposable
{
    private static readonly HostFunctionTable Host = new HostFunctionTable()
        .Add(1, "add_thrice", call => call.Argument1 + (3 * call.Argument2))
        .Add(1000, "by_name", SumBytes);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("velox-objects");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Levels => ["-O1", "-O2", "-Os"];

    [Theory]
    [MemberData(nameof(Levels))]
    public void Local_calls_reach_their_functions(string level)
    {
        ProgramImage image = Load("calls.c", level);
        Assert.Contains(image.Symbols, symbol => symbol == new FunctionSymbol("main", image.EntryIndex));
        Assert.Contains(image.Symbols, symbol => symbol.Name == "depth");
        Assert.Equal(Depth(6) + Mix(16, 3), Run(image, new byte[16]));
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Tables_and_strings_are_where_the_program_looks(string level)
    {
        byte[] memory = [.. Enumerable.Range(0, 40).Select(i => (byte)(i * 7))];
        ulong[] primes = [2, 3, 5, 7, 11, 13, 17, 19];
        string[] names = ["alpha", "beta", "gamma", "delta"];
        ulong expected = 0;
        foreach (byte value in memory)
        {
            ulong square = (ulong)((value & 7) * (value & 7));
            expected += (square * primes[value & 7]) + names[value & 3].Aggregate(0UL, (sum, letter) => (sum * 31) + letter);
        }

        Assert.Equal(expected, Run(Load("data.c", level), memory));
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Host_functions_are_found_by_number_and_by_name(string level) =>
        Assert.Equal(16UL + 30 + 'f' + 'o' + 'u' + 'r', Run(Load("helper.c", level), new byte[16]));

    [Theory]
    [InlineData("-gdwarf-2")]
    [InlineData("-gdwarf-3")]
    [InlineData("-gdwarf-4")]
    [InlineData("-gdwarf-5")]
    public void Instructions_have_source_lines(string format)
    {
        ElfError? error = TryLoad("calls.c", "-O2", out ProgramImage? image, format);
        Assert.Null(error);
        string[] source = File.ReadAllLines(Path.Combine(ClangObject.SourceFolder, "calls.c"));
        foreach (FunctionSymbol function in image!.Symbols)
        {
            Assert.True(image.Lines!.TryFind(function.Index, out SourceLine line));
            Assert.EndsWith("calls.c", line.File, StringComparison.Ordinal);
            Assert.Contains($"u64 {function.Name}(", source[line.Line - 1]);
        }

        Assert.Equal(3, image.Symbols.Count);
    }

    [Fact]
    public void Changed_objects_never_throw()
    {
        TryLoad("data.c", "-O2", out _);
        byte[] sample = File.ReadAllBytes(Path.Combine(_folder.FullName, "data.c.o"));
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        using var machine = new VirtualMachine();
        for (int i = 0; i < 5_000; i++)
        {
            byte[] file = (byte[])sample.Clone();
            for (int change = random.Next(1, 20); change > 0; change--)
                file[random.Next(file.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : random.Next(32));
            ElfError? error = ElfLoader.TryLoad(file, ElfOptions.Default, Host, out ProgramImage? image);
            Assert.True(error is null == image is not null, $"seed {seed}, case {i}");
            if (image is null || BpfProgram.TryCreate(image, Host, out BpfProgram? program) is not null)
                continue;
            machine.Load(program!);
            machine.Run(10_000);
        }
    }

    [Fact]
    public void Writable_data_and_maps_are_refused_by_name()
    {
        Assert.Equal(ElfRule.WritableSection, TryLoad("writable.c", "-O2", out _)?.Rule);
        Assert.Equal(ElfRule.MapsNotSupported, TryLoad("map.c", "-O2", out _)?.Rule);
    }

    private static ulong Mix(ulong a, ulong b) => (a << 5) ^ (a >> 3) ^ b;

    private static ulong Depth(ulong n) => n == 0 ? 1 : Mix(Depth(n - 1), n);

    private static ulong SumBytes(HostCall call)
    {
        ulong sum = 0;
        if (call.TryRead(call.Argument1, call.Argument2, out ReadOnlySpan<byte> text))
        {
            foreach (byte value in text)
                sum += value;
        }

        return sum;
    }

    private static ulong Run(ProgramImage image, byte[] memory)
    {
        using var machine = new VirtualMachine();
        machine.Load(BpfProgram.Create(image, Host));
        machine.Memory.Map(MemoryMap.InputAddress, memory);
        ExecutionResult result = machine.Run(100_000, MemoryMap.InputAddress, (ulong)memory.Length);
        Assert.True(result.IsSuccess, result.ToString());
        return result.Value;
    }

    private ProgramImage Load(string source, string level)
    {
        ElfError? error = TryLoad(source, level, out ProgramImage? image);
        Assert.True(error is null, error?.Message);
        return image!;
    }

    private ElfError? TryLoad(string source, string level, out ProgramImage? image, string debugFormat = "-g")
    {
        byte[] file = ClangObject.Compile(source, _folder.FullName, level, debugFormat);
        return ElfLoader.TryLoad(file, ElfOptions.Default, Host, out image);
    }
}
