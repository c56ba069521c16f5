using System.Buffers;
using System.Buffers.Binary;

namespace Velox.Bpf.Tests;

/// <summary>A run can be taken out of a machine and go on in another, or it is refused with the reason.</summary>
public sealed class SnapshotTests
{
    /// <summary>Adds the numbers from r1 down by recursion; each depth keeps its number on the stack, the end stores to r2.</summary>
    private const string Sum = """
        .entry main
        sum:
            mov64 r0, 0
            jeq r1, 0, done
            stxdw [r10-8], r1
            add64 r1, -1
            call sum
            ldxdw r1, [r10-8]
            add64 r0, r1
        done:
            exit
        main:
            mov64 r7, r2
            call sum
            stxdw [r7+0], r0
            exit
        """;

    private const ulong Expected = 55;
    private const ulong WholeUnits = 4 + (10 * 8) + 3;

    public static TheoryData<string, Tier, Tier> Cases
    {
        get
        {
            var cases = new TheoryData<string, Tier, Tier>();
            foreach (string dialect in (string[])["ebpf", "sbpf-v0", "sbpf-v3"])
            {
                cases.Add(dialect, Tier.Interpreter, Tier.Interpreter);
                cases.Add(dialect, Tier.Interpreter, Tier.Native);
                cases.Add(dialect, Tier.Native, Tier.Interpreter);
                cases.Add(dialect, Tier.Native, Tier.Native);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_run_goes_on_in_another_machine_from_wherever_it_was(string dialect, Tier first, Tier second)
    {
        BpfProgram taken = Program(dialect, first);
        BpfProgram resumed = Program(dialect, second);
        byte[] memory = new byte[8];
        using VirtualMachine from = Machine(taken, memory);
        using VirtualMachine to = Machine(resumed, memory);
        for (ulong units = 0; units < WholeUnits; units++)
        {
            memory.AsSpan().Clear();
            Assert.Equal(VmError.BudgetExceeded, from.Run(units, 10, MemoryMap.InputAddress).Error);
            var snapshot = VmSnapshot.Read(from.TakeSnapshot().ToArray());
            Assert.Equal((from.InstructionIndex, from.CallDepth), (snapshot.InstructionIndex, snapshot.CallDepth));
            Assert.Equal(from.Registers, snapshot.Registers);
            to.Restore(snapshot);
            ExecutionResult result = to.Continue(1_000);
            Assert.Equal((VmError.None, Expected, WholeUnits - units), (result.Error, result.Value, result.ConsumedUnits));
            Assert.Equal(Expected, BinaryPrimitives.ReadUInt64LittleEndian(memory));
        }
    }

    [Fact]
    public void A_machine_that_resumed_cleans_its_stack_and_heap_for_the_next_run()
    {
        BpfProgram program = Assemble("ebpf", """
            lddw r1, 0x300000000
            ldxdw r0, [r1+32]
            stdw [r1+32], 7
            ldxdw r2, [r10-16]
            stdw [r10-16], 5
            add64 r0, r2
            mov64 r2, 0
            exit
            """);
        using var from = new VirtualMachine(new VmOptions { HeapBytes = 64 });
        using var to = new VirtualMachine(new VmOptions { HeapBytes = 64 });
        from.Load(program);
        to.Load(program);
        from.Run(6);
        to.Restore(from.TakeSnapshot());
        Assert.True(to.Continue(100).IsSuccess);
        Assert.Equal(0ul, to.Run(100).Value);
    }

    [Fact]
    public void Mapped_memory_comes_with_it_only_when_asked_for()
    {
        BpfProgram program = Assemble("ebpf", """
            stdw [r1+0], 1
            ldxdw r0, [r1+0]
            exit
            """);
        byte[] source = new byte[8];
        byte[] target = new byte[8];
        using VirtualMachine from = Machine(program, source);
        using VirtualMachine to = Machine(program, target);
        from.Run(1, MemoryMap.InputAddress);
        to.Restore(from.TakeSnapshot());
        Assert.Equal(0, target[0]);
        to.Restore(from.TakeSnapshot(includesMappedMemory: true));
        Assert.Equal(source, target);

        to.Load(program);
        to.Memory.MapReadOnly(MemoryMap.InputAddress, target);
        Assert.Null(to.TryRestore(from.TakeSnapshot()));
        Assert.Equal(SnapshotField.Memory, to.TryRestore(from.TakeSnapshot(includesMappedMemory: true))?.Field);
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_the_field_and_changes_nothing()
    {
        BpfProgram program = Program("sbpf-v0", Tier.Interpreter);
        using VirtualMachine from = Machine(program, new byte[8], new VmOptions { HeapBytes = 64 });
        from.Run(30, 10, MemoryMap.InputAddress);
        VmSnapshot snapshot = from.TakeSnapshot();
        Assert.Equal(SnapshotField.Dialect, Refuse(Program("sbpf-v1", Tier.Interpreter), new VmOptions { HeapBytes = 64 }));
        Assert.Equal(SnapshotField.Program, Refuse(Assemble("sbpf-v0", Sum.Replace("-1", "-2", StringComparison.Ordinal)), new VmOptions { HeapBytes = 64 }));
        Assert.Equal(SnapshotField.MaxCallDepth, Refuse(program, new VmOptions { HeapBytes = 64, MaxCallDepth = 65 }));
        Assert.Equal(SnapshotField.HeapBytes, Refuse(program, new VmOptions { HeapBytes = 63 }));
        Assert.Equal(SnapshotField.FrameGaps, Refuse(program, new VmOptions { HeapBytes = 64, AllowsFrameGaps = false }));

        SnapshotField? Refuse(BpfProgram other, VmOptions options)
        {
            using VirtualMachine machine = Machine(other, new byte[8], options);
            machine.Run(5, 3);
            ulong[] registers = machine.Registers.ToArray();
            int index = machine.InstructionIndex;
            SnapshotError? error = machine.TryRestore(snapshot);
            Assert.Equal(error?.Message, Assert.Throws<SnapshotException>(() => machine.Restore(snapshot)).Message);
            Assert.Equal(registers, machine.Registers.ToArray());
            Assert.Equal(index, machine.InstructionIndex);
            return error?.Field;
        }
    }

    [Fact]
    public void Read_only_data_and_functions_are_part_of_what_a_program_is()
    {
        byte[] text = [0xb7, 0, 0, 0, 1, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0];
        var image = new ProgramImage { Dialect = Dialect.SbpfV0, Text = text };
        ProgramImage[] others =
        [
            new() { Dialect = Dialect.SbpfV0, Text = text, ReadOnlyData = new byte[1] },
            new() { Dialect = Dialect.SbpfV0, Text = text, TextAddress = 8 },
            new() { Dialect = Dialect.SbpfV0, Text = text, Functions = new Dictionary<uint, FunctionSymbol> { [5] = new("f", 1) } },
        ];
        using var from = new VirtualMachine();
        from.Load(BpfProgram.Create(image));
        VmSnapshot snapshot = from.TakeSnapshot();
        foreach (ProgramImage other in others)
        {
            using var to = new VirtualMachine();
            to.Load(BpfProgram.Create(other));
            Assert.Equal(SnapshotField.Program, to.TryRestore(snapshot)?.Field);
        }
    }

    [Fact]
    public void A_run_that_ended_and_a_machine_without_program_have_none()
    {
        using var machine = new VirtualMachine();
        Assert.Throws<InvalidOperationException>(() => machine.TakeSnapshot());
        machine.Load(Program("ebpf", Tier.Interpreter));
        VmSnapshot start = machine.TakeSnapshot();
        Assert.Equal(VmError.AccessViolation, machine.Run(1_000, 1).Error);
        Assert.Throws<InvalidOperationException>(() => machine.TakeSnapshot());
        machine.Restore(start);
        Assert.Equal(VmError.BudgetExceeded, machine.Continue(0).Error);
    }

    [Fact]
    public void Its_bytes_have_a_magic_number_a_version_and_an_end()
    {
        using VirtualMachine machine = Machine(Program("ebpf", Tier.Interpreter), new byte[8]);
        machine.Run(30, 10, MemoryMap.InputAddress);
        VmSnapshot snapshot = machine.TakeSnapshot();
        var writer = new ArrayBufferWriter<byte>();
        snapshot.Write(writer);
        byte[] bytes = snapshot.ToArray();
        Assert.Equal(bytes, writer.WrittenSpan.ToArray());
        Assert.Equal(bytes, VmSnapshot.Read(bytes).ToArray());
        // Registers, callers and the part of the stack that is in use: far from all 32 KiB of it.
        Assert.InRange(bytes.Length, 200, 4_000);

        Assert.Equal(SnapshotField.Version, Field(Changed(8, 2)));
        Assert.Equal(SnapshotField.Magic, Field(Changed(0, 0)));
        Assert.Equal(SnapshotField.Dialect, Field(Changed(12, 9)));
        Assert.Equal(SnapshotField.Length, Field([.. bytes, 0]));
        for (int length = 0; length < bytes.Length; length++)
            Assert.NotNull(Field(bytes[..length]));
        Assert.Equal(SnapshotField.Length, Assert.Throws<SnapshotException>(() => VmSnapshot.Read([])).Error.Field);

        byte[] Changed(int at, byte value)
        {
            byte[] changed = [.. bytes];
            changed[at] = value;
            return changed;
        }

        static SnapshotField? Field(byte[] changed) => VmSnapshot.TryRead(changed, out _)?.Field;
    }

    [Fact]
    public void Forged_callers_and_places_are_refused()
    {
        const int indexAt = 60;
        const int frameCountAt = indexAt + 4 + (11 * 8);
        const int returnIndexAt = frameCountAt + 4 + (5 * 8);
        using VirtualMachine machine = Machine(Program("ebpf", Tier.Interpreter), new byte[8]);
        machine.Run(30, 10, MemoryMap.InputAddress);
        byte[] bytes = machine.TakeSnapshot().ToArray();
        int slots = machine.Program!.Count;
        int main = machine.Program.Image.EntryIndex;
        Assert.Equal(main + 2, BitConverter.ToInt32(bytes, returnIndexAt));
        Assert.Equal(machine.CallDepth, BitConverter.ToInt32(bytes, frameCountAt));

        Assert.Equal(SnapshotField.InstructionIndex, Forge(indexAt, slots + 1));
        Assert.Equal(SnapshotField.InstructionIndex, Forge(indexAt, -1));
        Assert.Equal(SnapshotField.CallDepth, Forge(frameCountAt, 1024));
        // Behind no call; outside; in front of the program; from a function that nobody called.
        Assert.Equal(SnapshotField.Caller, Forge(returnIndexAt, main + 1));
        Assert.Equal(SnapshotField.Caller, Forge(returnIndexAt, slots + 1));
        Assert.Equal(SnapshotField.Caller, Forge(returnIndexAt, 0));
        Assert.Equal(SnapshotField.Caller, Forge(indexAt, main));

        SnapshotField? Forge(int at, int value)
        {
            byte[] forged = [.. bytes];
            BitConverter.GetBytes(value).CopyTo(forged, at);
            return (VmSnapshot.TryRead(forged, out VmSnapshot? snapshot) ?? machine.TryRestore(snapshot!))?.Field;
        }
    }

    private static BpfProgram Program(string dialect, Tier tier)
    {
        BpfProgram program = Assemble(dialect, Sum);
        tier.Prepare(program);
        return program;
    }

    private static BpfProgram Assemble(string dialect, string text) => BpfProgram.Create(Assembler.Assemble(text, Dialect.Find(dialect)!));

    private static VirtualMachine Machine(BpfProgram program, byte[] memory, VmOptions? options = null)
    {
        var machine = new VirtualMachine(options);
        machine.Load(program);
        machine.Memory.Map(MemoryMap.InputAddress, memory);
        return machine;
    }
}
