using System.Buffers.Binary;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Velox.Bpf.Threaded;

namespace Velox.Bpf.Tests;

/// <summary>What the fuzzer does not see of the handlers: stack, garbage collector, batches of units.</summary>
public sealed unsafe class ThreadedInterpreterTests
{
    private static readonly InstructionWord Return = new(0x95, 0, 0, 0, 0);

    [Fact]
    public void Optimized_code_makes_tail_calls_and_other_code_is_found_out()
    {
        bool isDebugBuild = typeof(VirtualMachine).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true };
        Assert.Equal(!isDebugBuild, ThreadedInterpreter.IsSupported);
    }

    [Fact]
    public void All_that_does_not_end_a_block_has_a_handler()
    {
        foreach (Operation operation in Enum.GetValues<Operation>().Where(operation => !HandlerTable.EndsBlock(operation)))
            Assert.True((nint)HandlerTable.Of(operation) != (nint)HandlerTable.Of(Operation.Unsupported), operation.ToString());
    }

    [Fact]
    public void Distances_and_units_fit_their_fields()
    {
        Assert.True((Verifier.MaxInstructions + 1L) * sizeof(ThreadedInstruction) <= int.MaxValue);
        Assert.InRange(ThreadedCode.MaxBlockUnits, 1, (int)Math.Min(ushort.MaxValue, ThreadedInterpreter.BatchUnits));
    }

    [Fact]
    public void A_stub_that_jumps_to_code_is_skipped_and_one_that_does_not_yet_is_kept()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "Stubs are skipped on x86-64.");
        byte* stub = stackalloc byte[24];
        (stub[0], stub[1]) = (0xff, 0x25);
        BinaryPrimitives.WriteInt32LittleEndian(new Span<byte>(stub + 2, 4), 10);
        *(byte**)(stub + 16) = stub + 6;
        Assert.Equal((nint)stub, (nint)HandlerEntry.SkipStub(stub));
        *(byte**)(stub + 16) = stub + 1;
        Assert.Equal((nint)(stub + 1), (nint)HandlerEntry.SkipStub(stub));
        stub[0] = 0x90;
        Assert.Equal((nint)stub, (nint)HandlerEntry.SkipStub(stub));
    }

    public static TheoryData<string> Dialects => [.. Dialect.All.Select(dialect => dialect.Name)];

    [Theory]
    [MemberData(nameof(Dialects))]
    public void No_instruction_makes_the_stack_grow(string name)
    {
        const int Repetitions = 1000;
        var dialect = Dialect.Find(name)!;
        var host = new StackNote(dialect);
        foreach (OpcodeEntry entry in dialect.Entries)
        {
            if (entry.Form is OperandForm.None or OperandForm.Call or OperandForm.CallRegister)
                continue;
            InstructionWord[] body = Body(entry);
            host.Run(
                entry.Mnemonic,
                [host.Call, new(0xb7, 1, 0, 0, 1), .. Enumerable.Repeat(body, Repetitions).SelectMany(words => words), host.Call, Return]);
        }
    }

    [Fact]
    public void Calls_do_not_make_the_stack_grow()
    {
        var host = new StackNote(Dialect.Ebpf);
        // Notes at the start and at the end; between them 1000 calls of a function that calls the host.
        host.Run(
            "call",
            [
                host.Call, new(0xb7, 6, 0, 0, 1000),
                new(0x85, 0, 1, 0, 4), new(0x07, 6, 0, 0, -1), new(0x55, 6, 0, -3, 0), host.Call, Return,
                host.Call, Return,
            ]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(ThreadedCode.MaxBlockUnits - 1)]
    [InlineData(ThreadedCode.MaxBlockUnits)]
    [InlineData(ThreadedCode.MaxBlockUnits + 1)]
    [InlineData((5 * ThreadedCode.MaxBlockUnits) + 7)]
    public void Long_blocks_take_as_many_units_as_the_switch_takes(int length)
    {
        // A block of so many additions, twice.
        InstructionWord[] text =
        [
            new(0xb7, 0, 0, 0, 0), new(0xb7, 6, 0, 0, 2),
            .. Enumerable.Repeat(new InstructionWord(0x07, 0, 0, 0, 3), length),
            new(0x07, 6, 0, 0, -1), new(0x15, 6, 0, 1, 0), new(0x05, 0, 0, 0, 0), Return,
        ];
        foreach (ulong units in Around((ulong)length + 2, ThreadedInterpreter.BatchUnits, ThreadedCode.MaxBlockUnits, (ulong)text.Length))
            AssertSame(text, units);
    }

    [Fact]
    public void Long_loops_take_as_many_units_as_the_switch_takes()
    {
        // Three units each time; a call of the host every time, which sees the meter.
        InstructionWord[] text =
        [
            new(0xb7, 6, 0, 0, 50_000), new(0x85, 0, 0, 0, 1), new(0x07, 6, 0, 0, -1), new(0x55, 6, 0, -3, 0), Return,
        ];
        foreach (ulong units in Around(ThreadedInterpreter.BatchUnits, 2 * ThreadedInterpreter.BatchUnits, 10 * ThreadedInterpreter.BatchUnits, 150_002))
            AssertSame(text, units);
    }

    [Fact]
    public void A_running_program_does_not_hold_up_the_garbage_collector()
    {
        // Says that it runs, then waits until it is told to end. Left alone it would run out of units after some seconds.
        var program = BpfProgram.Create(Dialect.Ebpf, Bytes(
            new(0xb7, 0, 0, 0, 0), new(0x7a, 1, 0, 8, 1), new(0x79, 2, 1, 0, 0), new(0x15, 2, 0, -2, 0), Return));
        long[] words = new long[2];
        using var memory = new PinnedWords(words);
        ExecutionResult result = default;
        var thread = new Thread(() =>
        {
            using var machine = new VirtualMachine();
            machine.Load(program);
            machine.Memory.MapNative(MemoryMap.InputAddress, (byte*)memory.Address, 2 * sizeof(long), isWritable: true);
            result = machine.Run(20_000_000_000, MemoryMap.InputAddress);
        });
        thread.Start();
        while (Volatile.Read(ref words[1]) == 0)
            Thread.Yield();
        for (int i = 0; i < 10; i++)
            GC.Collect(0);
        Volatile.Write(ref words[0], 1);
        thread.Join();
        Assert.Equal(VmError.None, result.Error); // it was told, so the collections were over before its units were
    }

    private static byte[] Bytes(params InstructionWord[] words)
    {
        byte[] text = new byte[words.Length * InstructionWord.Bytes];
        for (int i = 0; i < words.Length; i++)
            words[i].Write(text.AsSpan(i * InstructionWord.Bytes));
        return text;
    }

    private static IEnumerable<ulong> Around(params ulong[] values) =>
        values.SelectMany(value => new[] { value - 2, value - 1, value, value + 1, value + 2 }).Distinct();

    /// <summary>Runs a program, whose host function is a hash of the meter, in one piece and in slices.</summary>
    private static void AssertSame(InstructionWord[] text, ulong units)
    {
        HostFunctionTable host = new HostFunctionTable().Add(1, "meter", call => (call.Argument1 * 31) + call.RemainingUnits);
        List<(ExecutionResult First, ExecutionResult Second, ulong[] Registers)> outcomes = [];
        foreach (Tier tier in new[] { Tier.Switch, Tier.Interpreter })
        {
            var program = BpfProgram.Create(Dialect.Ebpf, Bytes(text), host);
            tier.Prepare(program);
            using var machine = new VirtualMachine();
            machine.Load(program);
            ExecutionResult first = machine.Run(units);
            ExecutionResult second = first.Error == VmError.BudgetExceeded ? machine.Continue(units / 2) : first;
            outcomes.Add((first, second, machine.Registers.ToArray()));
        }

        Assert.Equal(outcomes[0].First, outcomes[1].First);
        Assert.Equal(outcomes[0].Second, outcomes[1].Second);
        Assert.Equal(outcomes[0].Registers, outcomes[1].Registers);
    }

    /// <summary>Words of an instruction that goes on with the next. r1 is 1; the word below r10 is memory.</summary>
    private static InstructionWord[] Body(OpcodeEntry entry)
    {
        InstructionWord word = entry.Form switch
        {
            OperandForm.Immediate => new(entry.Opcode, 3, 0, 0, 1),
            OperandForm.Register => new(entry.Opcode, 3, 1, 0, 0),
            OperandForm.Load => new(entry.Opcode, 3, 10, -8, 0),
            OperandForm.StoreImmediate => new(entry.Opcode, 10, 0, -8, 1),
            OperandForm.StoreRegister or OperandForm.Atomic => new(entry.Opcode, 10, 1, -8, 0),
            OperandForm.JumpRegister => new(entry.Opcode, 3, 1, 0, 0),
            OperandForm.Jump or OperandForm.JumpFar => new(entry.Opcode, 0, 0, 0, 0),
            _ => new(entry.Opcode, 3, 0, 0, 0),
        };
        word = entry.Selector switch
        {
            OpcodeSelector.Offset => word with { Offset = (short)entry.Key },
            OpcodeSelector.Immediate => word with { Immediate = entry.Key },
            OpcodeSelector.Source => word with { Source = (byte)entry.Key },
            _ => word,
        };
        return entry.Form == OperandForm.Wide ? [word, default] : [word];
    }

    /// <summary>A host function that notes where the stack is.</summary>
    private sealed class StackNote
    {
        // A thousand of the smallest frames take more; what may change is the code of callers between two calls, much less.
        private const long Tolerance = 8192;

        private readonly List<long> _addresses = [];
        private readonly Dialect _dialect;
        private readonly HostFunctionTable _host;

        internal StackNote(Dialect dialect)
        {
            _dialect = dialect;
            uint key = dialect.SbpfVersion is null ? 1 : FunctionKey.OfName("note");
            Call = new InstructionWord(0x85, 0, 0, 0, (int)key);
            _host = new HostFunctionTable().Add(key, "note", _ =>
            {
                byte here;
                _addresses.Add((long)&here);
                return 0;
            });
        }

        internal InstructionWord Call { get; }

        internal void Run(string what, InstructionWord[] text)
        {
            _addresses.Clear();
            using var machine = new VirtualMachine();
            machine.Load(BpfProgram.Create(_dialect, Bytes(text), _host));
            Assert.Equal((what, VmError.None), (what, machine.Run(1_000_000).Error));
            Assert.True(_addresses.Count >= 2);
            Assert.True(_addresses.Max() - _addresses.Min() < Tolerance, $"{what}: {_addresses.Max():x} to {_addresses.Min():x}");
        }
    }

    private sealed class PinnedWords(long[] words) : IDisposable
    {
        private GCHandle _handle = GCHandle.Alloc(words, GCHandleType.Pinned);

        internal nint Address => _handle.AddrOfPinnedObject();

        public void Dispose() => _handle.Free();
    }
}
