namespace Velox.Bpf.Tests;

/// <summary>Machines used at the wrong time refuse: their state is native memory.</summary>
public sealed class MachineLifetimeTests
{
    private static readonly byte[] CallingText = Text(new InstructionWord(0x85, 0, 0, 0, 1), new InstructionWord(0x95, 0, 0, 0, 0));

    [Theory]
    [InlineData(Tier.Interpreter)]
    [InlineData(Tier.Switch)]
    [InlineData(Tier.Native)]
    public void A_host_function_cannot_take_its_machine_away(Tier tier)
    {
        Action<VirtualMachine>[] attempts =
        [
            machine => machine.Load(machine.Program!),
            machine => machine.Begin(),
            machine => machine.Run(5),
            machine => machine.Continue(5),
            machine => machine.Memory.Clear(),
            machine => machine.Memory.Dispose(),
            machine => machine.Dispose(),
        ];
        foreach (Action<VirtualMachine> attempt in attempts)
        {
            HostFunctionTable host = new HostFunctionTable().Add(1, "attempt", call =>
            {
                attempt(call.Machine);
                return 1;
            });
            var program = BpfProgram.Create(Dialect.Ebpf, CallingText, host);
            tier.Prepare(program);
            using var machine = new VirtualMachine();
            machine.Load(program);
            ExecutionResult result = machine.Run(10);
            Assert.Equal(VmError.HostFunctionFailed, result.Error);
            Assert.Equal(1ul, result.ConsumedUnits);
            Assert.IsType<InvalidOperationException>(machine.HostError);
        }
    }

    [Fact]
    public void A_host_function_may_map_more()
    {
        HostFunctionTable host = new HostFunctionTable().Add(1, "grow", call =>
        {
            call.Machine.Memory.Map(MemoryMap.InputAddress, new byte[] { 7 });
            return MemoryMap.InputAddress;
        });
        byte[] text = Text(
            new InstructionWord(0x85, 0, 0, 0, 1), new InstructionWord(0x71, 0, 0, 0, 0), new InstructionWord(0x95, 0, 0, 0, 0));
        foreach (Tier tier in Enum.GetValues<Tier>())
        {
            var program = BpfProgram.Create(Dialect.Ebpf, text, host);
            tier.Prepare(program);
            using var machine = new VirtualMachine();
            machine.Load(program);
            Assert.Equal(7ul, machine.Run(10).Value);
        }
    }

    [Fact]
    public void A_disposed_machine_refuses()
    {
        var machine = new VirtualMachine();
        machine.Load(BpfProgram.Create(Dialect.Ebpf, Text(new InstructionWord(0x95, 0, 0, 0, 0))));
        MemoryMap memory = machine.Memory;
        machine.Dispose();
        machine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => machine.Load(machine.Program!));
        Assert.Throws<ObjectDisposedException>(() => machine.Begin());
        Assert.Throws<ObjectDisposedException>(() => machine.Run(1));
        Assert.Throws<ObjectDisposedException>(() => machine.Continue(1));
        Assert.Throws<ObjectDisposedException>(() => machine.Registers.Length);
        Assert.Throws<ObjectDisposedException>(() => machine.CallDepth);
        Assert.Throws<ObjectDisposedException>(() => memory.Clear());
        Assert.Throws<ObjectDisposedException>(() => memory.Map(MemoryMap.InputAddress, new byte[1]));
    }

    [Theory]
    [InlineData(Tier.Interpreter)]
    [InlineData(Tier.Switch)]
    [InlineData(Tier.Native)]
    public void A_program_loaded_again_has_its_own_memory_clean_and_nothing_else(Tier tier)
    {
        // Swaps a word of stack and heap each with r2, and gives their sum and what is at r1.
        BpfProgram program = BpfProgram.Create(Assembler.Assemble(
            """
            ldxdw r0, [r1]
            ldxdw r3, [r10-8]
            stxdw [r10-8], r2
            lddw r4, 0x300000000
            ldxdw r5, [r4]
            stxdw [r4], r2
            add64 r0, r3
            add64 r0, r5
            exit
            """,
            Dialect.SbpfV0));
        tier.Prepare(program);
        using var machine = new VirtualMachine(new VmOptions { HeapBytes = 1_000 });
        for (byte i = 1; i < 4; i++)
        {
            machine.Load(program);
            machine.Memory.Map(MemoryMap.InputAddress, new byte[] { i, 0, 0, 0, 0, 0, 0, 0 });
            Assert.Equal(i, machine.Run(100, MemoryMap.InputAddress, 1_000).Value);
        }

        machine.Load(program);
        Assert.Equal(VmError.AccessViolation, machine.Run(100, MemoryMap.InputAddress, 1_000).Error);
        machine.HeapBytes = 4;
        machine.Load(program);
        machine.Memory.Map(MemoryMap.InputAddress, new byte[8]);
        ExecutionResult result = machine.Run(100, MemoryMap.InputAddress, 1_000);
        Assert.Equal((VmError.AccessViolation, MemoryMap.HeapAddress), (result.Error, result.FaultAddress));
    }

    private static byte[] Text(params InstructionWord[] words)
    {
        byte[] text = new byte[words.Length * InstructionWord.Bytes];
        for (int i = 0; i < words.Length; i++)
            words[i].Write(text.AsSpan(i * InstructionWord.Bytes));
        return text;
    }
}
