namespace Velox.Bpf.Tests;

/// <summary>Memory functions, which native code does itself where it can: always what the function would have done.</summary>
public unsafe class InlineFunctionTests(ITestOutputHelper output)
{
    private const ulong PriceUnits = 10;
    private const ulong ArgumentsAddress = 0x5_0000_0000;
    private const ulong ReadOnlyAddress = 0x6_0000_0000;
    private const int RegionBytes = 160;

    /// <summary>Takes r1 to r4 from memory, so that native code knows nothing of them.</summary>
    private const string Text = """
            ldxdw r6, [r1+0]
            ldxdw r2, [r1+8]
            ldxdw r3, [r1+16]
            ldxdw r4, [r1+24]
            mov64 r1, r6
            stdw [r10-8], 0x11223344
            call 1
            ldxdw r5, [r10-8]
            exit
        """;

    private static readonly (InlineForm Form, HostFunction Function)[] Functions =
    [
        (InlineForm.Copy, MemoryFunctions.Copy), (InlineForm.Move, MemoryFunctions.Move),
        (InlineForm.Set, MemoryFunctions.Set), (InlineForm.Compare, MemoryFunctions.Compare),
    ];

    public static TheoryData<InlineForm, Tier> Forms
    {
        get
        {
            var data = new TheoryData<InlineForm, Tier>();
            foreach ((InlineForm form, _) in Functions)
            {
                data.Add(form, Tier.Native);
                data.Add(form, Tier.Arm64);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Native_code_does_what_the_function_does(InlineForm form, Tier tier)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("VELOX_FUZZ_SEED"), out int chosen) ? chosen : 20261125;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        foreach (Dialect dialect in new[] { Dialect.Ebpf, Dialect.SbpfV0, Dialect.SbpfV1, Dialect.SbpfV3 })
        {
            using var reference = new Side(form, dialect, Tier.Interpreter);
            using var native = new Side(form, dialect, tier);
            int rounds = tier == Tier.Native ? 20_000 : 200;
            for (int round = 0; round < rounds; round++)
            {
                ulong[] arguments = [Address(random), Address(random), Length(random), Address(random)];
                if (random.Next(2) == 0)
                    arguments[1] = arguments[0] + (RegionBytes / 2); // nearly the same bytes, in the input
                ulong units = random.Next(4) == 0 ? (ulong)random.Next(25) : 1000;
                int contents = random.Next();
                ExecutionResult expected = reference.Run(arguments, units, contents);
                ExecutionResult actual = native.Run(arguments, units, contents);
                string what = $"{dialect} round {round}: {string.Join(", ", arguments.Select(value => $"0x{value:x}"))}, {units} units";
                Assert.True(expected == actual, $"{what}: {expected}, {actual}");
                Assert.True(reference.Memory.SequenceEqual(native.Memory), what);
                Assert.True(reference.Machine.Registers.SequenceEqual(native.Machine.Registers), what);
                Assert.Equal(reference.Machine.HostError, native.Machine.HostError);
            }
        }
    }

    [Theory]
    [InlineData(Tier.Interpreter)]
    [InlineData(Tier.Native)]
    public void A_difference_is_found_wherever_it_is(Tier tier)
    {
        using var side = new Side(InlineForm.Compare, Dialect.Ebpf, tier);
        ulong start = MemoryMap.InputAddress;
        for (int bytes = 0; bytes <= 70; bytes++)
        {
            for (int at = 0; at <= bytes; at++)
            {
                side.Memory.AsSpan().Clear();
                side.Memory[at] = 9; // at the very end it is outside
                side.RunOn([start, start + 80, (ulong)bytes, start + 156], 1000);
                Assert.Equal(at < bytes ? 9 : 0, BitConverter.ToInt32(side.Memory, 156));
            }
        }
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3, 4, 5 }, new byte[] { 1, 2, 3, 4, 5 }, 0)]
    [InlineData(new byte[] { 1, 2, 3, 4, 5 }, new byte[] { 1, 2, 9, 4, 6 }, -6)]
    [InlineData(new byte[] { 255, 0, 0, 0 }, new byte[] { 0, 0, 0, 1 }, 255)]
    public void Compare_gives_the_difference_of_the_first_bytes_that_differ(byte[] left, byte[] right, int expected)
    {
        using var side = new Side(InlineForm.Compare, Dialect.Ebpf, Tier.Interpreter);
        left.CopyTo(side.Memory);
        right.CopyTo(side.Memory.AsSpan(40));
        ulong start = MemoryMap.InputAddress;
        Assert.Equal(VmError.None, side.RunOn([start, start + 40, (ulong)left.Length, start + 80], 1000).Error);
        Assert.Equal(expected, BitConverter.ToInt32(side.Memory, 80));
    }

    [Fact]
    public void A_copy_whose_ranges_overlap_fails_and_a_move_does_not()
    {
        using var copy = new Side(InlineForm.Copy, Dialect.Ebpf, Tier.Interpreter);
        Assert.Equal(VmError.HostFunctionFailed, copy.Run([MemoryMap.InputAddress, MemoryMap.InputAddress + 7, 8, 0], 1000, 1).Error);
        Assert.Contains("they overlap", (string)copy.Machine.HostError!);
        using var move = new Side(InlineForm.Move, Dialect.Ebpf, Tier.Interpreter);
        move.Run([MemoryMap.InputAddress + 1, MemoryMap.InputAddress, 8, 0], 1000, 1);
        byte[] before = Side.Fill(1);
        Assert.Equal(before.AsSpan(0, 8).ToArray(), move.Memory.AsSpan(1, 8).ToArray());
    }

    /// <summary>In or around the input, the stack, the heap, memory to read only, or nowhere.</summary>
    private static ulong Address(Random random)
    {
        ulong start = random.Next(8) switch
        {
            0 => MemoryMap.HeapAddress,
            1 => MemoryMap.StackAddress + (ulong)(random.Next(70) * 512),
            2 => MemoryMap.StackAddress + (64 * 512),
            3 => ReadOnlyAddress,
            4 => random.Next(10) == 0 ? (ulong)random.NextInt64() : MemoryMap.InputAddress,
            _ => MemoryMap.InputAddress,
        };
        return start + (ulong)(long)random.Next(-4, RegionBytes + 4);
    }

    private static ulong Length(Random random) => random.Next(8) switch
    {
        0 => (ulong)random.Next(200),
        1 => (ulong)random.NextInt64(),
        2 => ulong.MaxValue - (ulong)random.Next(8),
        _ => (ulong)random.Next(68),
    };

    /// <summary>A machine with a program that calls the function.</summary>
    private sealed class Side : IDisposable
    {
        private readonly byte[] _arguments = new byte[32];

        internal Side(InlineForm form, Dialect dialect, Tier tier)
        {
            HostFunction function = Functions.Single(pair => pair.Form == form).Function;
            HostFunctionTable table = new HostFunctionTable().Add(1, form.ToString(), function, PriceUnits, form);
            string text = dialect.MovesFramePointer ? "add64 r10, -64\n" + Text : Text;
            ProgramImage image = Assembler.Assemble(text.Replace("call 1", "syscall 1", StringComparison.Ordinal), dialect);
            BpfProgram program = BpfProgram.Create(image, table);
            tier.Prepare(program);
            Machine.Load(program);
            Machine.Memory.Map(MemoryMap.InputAddress, Memory);
            Machine.Memory.MapReadOnly(ReadOnlyAddress, new byte[RegionBytes]);
            Machine.Memory.Map(ArgumentsAddress, _arguments);
        }

        internal VirtualMachine Machine { get; } = new();

        internal byte[] Memory { get; } = new byte[RegionBytes];

        internal ExecutionResult Run(ulong[] arguments, ulong units, int contents)
        {
            Fill(contents).CopyTo(Memory, 0);
            return RunOn(arguments, units);
        }

        internal ExecutionResult RunOn(ulong[] arguments, ulong units)
        {
            Buffer.BlockCopy(arguments, 0, _arguments, 0, _arguments.Length);
            return Machine.Run(units, ArgumentsAddress);
        }

        /// <summary>Two halves that are nearly the same, so that comparisons find something.</summary>
        internal static byte[] Fill(int seed)
        {
            var random = new Random(seed);
            byte[] bytes = new byte[RegionBytes];
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = i >= bytes.Length / 2 && random.Next(90) != 0 ? bytes[i - (bytes.Length / 2)] : (byte)random.Next(3);
            return bytes;
        }

        public void Dispose() => Machine.Dispose();
    }
}
