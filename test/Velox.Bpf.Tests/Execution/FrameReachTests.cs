using System.Globalization;

namespace Velox.Bpf.Tests;

/// <summary>What the innermost of several functions reaches of its callers' frames, at and around their ends and gaps.</summary>
public sealed class FrameReachTests(ITestOutputHelper output)
{
    private const ulong ArgumentsAddress = 0x5_0000_0000;
    private const int Depth = 3;

    private static readonly string[] Accesses =
    [
        "ldxb r0, [r1+0]", "ldxh r0, [r1+0]", "ldxw r0, [r1+0]", "ldxdw r0, [r1+0]",
        "stxb [r1+0], r3", "stxh [r1+0], r3", "stxw [r1+0], r3", "stxdw [r1+0], r3", "stdw [r1-4], 77",
        // Of several bytes, checked together.
        "ldxdw r0, [r1+0]\nldxdw r2, [r1+8]\nldxw r4, [r1+20]\nadd64 r0, r2\nadd64 r0, r4",
        "stxdw [r1+0], r3\nstxw [r1+12], r3\nstxdw [r1-16], r3",
        "syscall 1", "syscall 2", "syscall 3", "syscall 4",
    ];

    /// <summary>
    /// Each function fills a part of its frame; the innermost makes the access, and the first one then weighs what all frames hold that
    /// were reached.
    /// </summary>
    private static readonly string Text = $"""
            stdw [r10-8], 1
            mov64 r9, 1
            call f
            mov64 r6, r0
            lddw r1, {MemoryMap.StackAddress.ToString(CultureInfo.InvariantCulture)}
            mov64 r2, {Depth + 1}
        frame:
            mov64 r3, 512
        word:
            ldxdw r4, [r1+0]
            mul64 r6, 31
            add64 r6, r4
            add64 r1, 8
            sub64 r3, 1
            jne r3, 0, word
            add64 r1, 4096
            sub64 r2, 1
            jne r2, 0, frame
            mov64 r0, r6
            exit
        f:
            stxdw [r10-8], r9
            stxdw [r10-4096], r9
            add64 r9, 1
            jgt r9, {Depth}, +2
            call f
            exit
            ldxdw r6, [r1+0]
            ldxdw r2, [r1+8]
            ldxdw r3, [r1+16]
            ldxdw r4, [r1+24]
            mov64 r1, r6
            ACCESS
            exit
        """;

    [Fact]
    public void Native_code_reaches_what_the_interpreter_does()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        foreach (string access in Accesses)
        {
            using var reference = new Side(access, Tier.Interpreter);
            using var native = new Side(access, Tier.Native);
            for (int round = 0; round < 3_000; round++)
            {
                ulong[] arguments = [Address(random), Address(random), (ulong)random.Next(70), Address(random) & ~3ul];
                ExecutionResult expected = reference.Run(arguments);
                ExecutionResult actual = native.Run(arguments);
                string what = $"{access} {string.Join(", ", arguments.Select(value => $"0x{value:x}"))}";
                Assert.True(expected == actual, $"{what}: {expected}, {actual}");
                Assert.True(reference.Machine.Registers.SequenceEqual(native.Machine.Registers), what);
            }
        }
    }

    /// <summary>Near an end of a frame that was reached or one that was not, or far from any; seldom elsewhere.</summary>
    private static ulong Address(Random random) => random.Next(20) switch
    {
        0 => (ulong)random.NextInt64(),
        1 => ulong.MaxValue - (ulong)random.Next(0x4000),
        2 => MemoryMap.HeapAddress + (ulong)random.Next(200),
        3 => MemoryMap.StackAddress + (ulong)random.Next(0x10000),
        _ => MemoryMap.StackAddress + (ulong)(0x1000 * random.Next(12)) + (ulong)(long)random.Next(-72, 72),
    };

    private sealed class Side : IDisposable
    {
        private readonly byte[] _arguments = new byte[32];

        internal Side(string access, Tier tier)
        {
            HostFunctionTable table = new HostFunctionTable()
                .Add(1, "copy", MemoryFunctions.Copy, 10, InlineForm.Copy).Add(2, "move", MemoryFunctions.Move, 10, InlineForm.Move)
                .Add(3, "set", MemoryFunctions.Set, 10, InlineForm.Set).Add(4, "compare", MemoryFunctions.Compare, 10, InlineForm.Compare);
            BpfProgram program = BpfProgram.Create(
                Assembler.Assemble(Text.Replace("ACCESS", access, StringComparison.Ordinal), Dialect.SbpfV0), table);
            tier.Prepare(program);
            Machine.Load(program);
            Machine.Memory.Map(ArgumentsAddress, _arguments);
        }

        internal VirtualMachine Machine { get; } = new();

        internal ExecutionResult Run(ulong[] arguments)
        {
            Buffer.BlockCopy(arguments, 0, _arguments, 0, _arguments.Length);
            return Machine.Run(100_000, ArgumentsAddress);
        }

        public void Dispose() => Machine.Dispose();
    }
}
