namespace Velox.Bpf.Tests;

/// <summary>The programs that the npm package litesvm carries load, verify, and stop where Solana's do.</summary>
public sealed class RealProgramTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("velox-programs");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Every_program_loads_and_verifies_with_its_instruction_count()
    {
        Dictionary<string, (int Instructions, int Entry)> expected = new()
        {
            ["ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"] = (11_507, 2_677),
            ["AddressLookupTab1e1111111111111111111111111"] = (17_590, 3_503),
            ["Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo"] = (1_654, 0),
            ["MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"] = (123, 0),
            ["Stake11111111111111111111111111111111111111"] = (22_086, 9_674),
            ["TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"] = (11_805, 292),
            ["TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"] = (67_073, 40_286),
        };
        Dictionary<string, (int Instructions, int Entry)> actual = [];
        foreach (string path in Dump())
        {
            BpfProgram program = Load(path);
            actual.Add(Path.GetFileNameWithoutExtension(path), (program.Count, program.Image.EntryIndex));
            Assert.Same(Dialect.SbpfV0, program.Dialect);
            Assert.Equal("entrypoint", program.Image.Functions[FunctionKey.EntryPoint].Name);
        }

        Assert.Equal(expected.OrderBy(pair => pair.Key, StringComparer.Ordinal), actual.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_program_disassembles_and_assembles_back_to_the_same_bytes()
    {
        foreach (string path in Dump())
        {
            ProgramImage image = Load(path).Image;
            ProgramImage again = Assembler.Assemble(Disassembler.ToText(image), image.Dialect);
            string name = Path.GetFileName(path);
            Assert.True(image.Text.Span.SequenceEqual(again.Text.Span), name);
            Assert.True(image.EntryIndex == again.EntryIndex, name);
        }
    }

    [Fact]
    public void Every_program_compiles_and_ends_as_in_the_interpreter()
    {
        ulong units = 0;
        foreach (string path in Dump())
        {
            BpfProgram program = Load(path);
            foreach (int accounts in new[] { 0, 1, 3 })
            {
                string name = $"{Path.GetFileName(path)}, {accounts} accounts";
                (ExecutionResult Result, ulong[] Registers, byte[] Input) interpreted = Execute(Load(path), accounts);
                Tier.Native.Prepare(program);
                (ExecutionResult Result, ulong[] Registers, byte[] Input) native = Execute(program, accounts);
                Assert.True(interpreted.Result == native.Result, $"{name}: {interpreted.Result}, {native.Result}");
                Assert.True(interpreted.Registers.SequenceEqual(native.Registers), name);
                Assert.True(interpreted.Input.SequenceEqual(native.Input), name);
                units += native.Result.ConsumedUnits;
            }
        }

        Assert.True(units > 2_000, $"They ran {units} instructions only.");
    }

    [Fact]
    public void Changed_programs_never_throw()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        string[] small = [.. Dump().Where(path => new FileInfo(path).Length < 200_000)];
        for (int i = 0; i < 1_000; i++)
        {
            byte[] file = File.ReadAllBytes(small[i % small.Length]);
            for (int change = random.Next(1, 20); change > 0; change--)
                file[random.Next(4) == 0 ? random.Next(64) : random.Next(file.Length)] = (byte)random.Next(256);
            ElfError? error = ElfLoader.TryLoad(file, ElfOptions.Default, HostFunctionTable.Empty, out ProgramImage? image);
            Assert.True(error is null == image is not null, $"seed {seed}, case {i}");
            if (image is null || BpfProgram.TryCreate(image, HostFunctionTable.Empty, out BpfProgram? program) is not null)
                continue;
            using var machine = new VirtualMachine(new VmOptions { HeapBytes = 32 * 1024 });
            machine.Load(program!);
            machine.Run(10_000);
        }
    }

    /// <summary>Runs a program on an input that names so many empty accounts; its host calls are unknown and end it.</summary>
    private static (ExecutionResult Result, ulong[] Registers, byte[] Input) Execute(BpfProgram program, int accounts)
    {
        byte[] input = new byte[8 + (accounts * 10_400) + 64];
        input[0] = (byte)accounts;
        for (int i = 0; i < accounts; i++)
            input[8 + (i * 10_336)] = 0xff; // no duplicate of an earlier one
        using var machine = new VirtualMachine(new VmOptions { HeapBytes = 32 * 1024 });
        machine.Load(program);
        machine.Memory.Map(MemoryMap.InputAddress, input);
        ExecutionResult result = machine.Run(200_000, MemoryMap.InputAddress);
        return (result, machine.Registers.ToArray(), input);
    }

    private static BpfProgram Load(string path)
    {
        ElfError? error = ElfLoader.TryLoad(File.ReadAllBytes(path), ElfOptions.Default, HostFunctionTable.Empty, out ProgramImage? image);
        Assert.True(error is null, $"{Path.GetFileName(path)}: {error}");
        return BpfProgram.Create(image!, HostFunctionTable.Empty);
    }

    /// <summary>Writes the programs into the folder; their paths.</summary>
    private string[] Dump()
    {
        string scripts = RequiredTool.SourceFolder("programs");
        string? node = RequiredTool.Find("node", "node.exe");
        if (node is null)
            RequiredTool.Miss("There is no 'node' on the PATH: install Node.js 20 or newer.");
        if (!Directory.Exists(Path.Combine(scripts, "node_modules")))
            RequiredTool.Miss("The programs are absent: run 'npm ci' in test/Velox.Bpf.Tests/programs.");
        RequiredTool.Run(node!, scripts, "dump.mjs", _folder.FullName);
        return Directory.GetFiles(_folder.FullName, "*.so");
    }
}
