namespace Velox.Bpf.Tests;

/// <summary>The programs that need most code an instruction: the buffer must hold it.</summary>
public sealed class CodeSizeTests
{
    private const int Count = 4000;

    public static TheoryData<string> Patterns => new(Worst.Keys);

    private static Dictionary<string, Func<int, InstructionWord>> Worst { get; } = new()
    {
        // Each in a block of its own where functions begin everywhere.
        ["frame pointer stored beyond the frame"] = _ => new(0x7b, 10, 10, 8, 0),
        ["far stores of the frame pointer"] = _ => new(0x7b, 10, 10, 4096, 0),
        ["stores through a register"] = _ => new(0x7b, 9, 10, 1000, 0),
        // In one block, spans that take the address register from each other.
        ["alternating spans"] = i => new(0x7b, (byte)(i % 2 == 0 ? 10 : 1), 10, (short)(1000 + (i % 3 * 8)), 0),
        ["spans and far accesses"] = i => new(0x7b, (byte)(i % 2 == 0 ? 1 : 10), 10, (short)(i % 4 * 1000), 0),
        ["unknown bases"] = i => new(0x7b, (byte)(2 + (i % 4)), 10, (short)(300 + (i % 5 * 8)), 0),
        ["loads of their base"] = i => new(0x79, (byte)(i % 10), (byte)(i % 10), 1000, 0),
        ["calls by register"] = _ => new(0x8d, 0, 0, 0, 9),
        ["divisions"] = _ => new(0x3f, 9, 10, 0, 0),
        ["jumps"] = i => new(0x5d, 9, 10, (short)(i == 0 ? 0 : -1), 0),
        ["wide immediates"] = i => i % 2 == 0 ? new(0x18, 9, 0, 0, -1) : new(0, 0, 0, 0, 0x12345678),
    };

    [Theory]
    [MemberData(nameof(Patterns))]
    public unsafe void Code_fits_into_its_buffer(string pattern)
    {
        InstructionWord[] words = [.. Enumerable.Range(0, Count).Select(Worst[pattern])];
        byte[] text = new byte[words.Length * InstructionWord.Bytes];
        for (int i = 0; i < words.Length; i++)
            words[i].Write(text.AsSpan(i * InstructionWord.Bytes));
        foreach (bool everywhere in new[] { false, true })
        {
            var image = new ProgramImage
            {
                Dialect = Dialect.SbpfV0,
                Text = text,
                Functions = everywhere
                    ? Enumerable.Range(0, Count).ToDictionary(FunctionKey.OfIndex, index => new FunctionSymbol("f", index))
                    : [],
            };
            BpfProgram program = BpfProgram.Create(image);
            int bytes = EmittedCode.Compile(program, allowsFrameGaps: true).Bytes.Length;
            double each = (double)bytes / Count;
            Assert.True(program.TryCompile(), pattern);
            NativeProgram? arm64 = NativeProgram.TryCompileFor(NativeTarget.Arm64, program, allowsFrameGaps: true);
            Assert.True(arm64 is not null, $"{pattern}, ARM64");
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{pattern}, functions everywhere {everywhere}: {each:f1} bytes an instruction, ARM64 {(double)arm64.CodeBytes / Count:f1}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public unsafe void A_buffer_that_is_too_small_is_not_overrun(bool isArm64)
    {
        var random = new FuzzRandom(5);
        FuzzProgram program = ProgramGenerator.Generate(random, Dialect.SbpfV0);
        BpfProgram created = program.Create();
        NativeTarget target = isArm64 ? NativeTarget.Arm64 : NativeTarget.X64;
        byte[] whole = new byte[target.CapacityFor(created)!.Value];
        int needed = Compile(whole, whole.Length);
        Assert.True(needed > X64Compiler.CommonBytes);
        for (int capacity = X64Compiler.CommonBytes; capacity < needed; capacity += 7)
        {
            byte[] buffer = new byte[capacity + 64];
            Assert.Equal(0, Compile(buffer, capacity));
            Assert.False(buffer.AsSpan(capacity).ContainsAnyExcept((byte)0), $"capacity {capacity}");
        }

        int Compile(byte[] buffer, int capacity)
        {
            var scratch = new NativeScratch();
            scratch.Reset(created.Count);
            fixed (byte* start = buffer)
                return target.Compile(created, new FlowAnalysis(created), true, start, capacity, scratch);
        }
    }
}
