using Velox.Cli;

namespace Velox.Bpf.Tests;

/// <summary>The programs of <c>velox bench bpf</c>: what clang makes of ordinary C.</summary>
public sealed class WorkloadTests
{
    private const ulong ShortUnits = 1_000_000;

    public static TheoryData<string> All => [.. BpfWorkload.All.Select(workload => workload.Name)];

    /// <summary>Those that native code runs in a moment.</summary>
    public static TheoryData<string> Quick =>
        [.. BpfWorkload.All.Where(workload => workload.Instructions < 250_000_000 && workload.Name != "helper").Select(workload => workload.Name)];

    [Theory]
    [MemberData(nameof(Quick))]
    public void Native_code_comes_to_the_expected_result_in_the_expected_number_of_instructions(string name)
    {
        BpfWorkload workload = BpfWorkload.Find(name);
        BpfProgram program = workload.CreateProgram();
        Tier.Native.Prepare(program);
        using var machine = new VirtualMachine();
        ExecutionResult result = Run(machine, program, workload.CreateMemory(), ulong.MaxValue);
        Assert.Equal(new ExecutionResult(VmError.None, workload.Result, workload.Instructions, -1), result);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Both_tiers_have_the_same_registers_and_memory_where_the_units_end(string name)
    {
        BpfWorkload workload = BpfWorkload.Find(name);
        BpfProgram compiled = workload.CreateProgram();
        Tier.Native.Prepare(compiled);
        byte[] nativeMemory = workload.CreateMemory();
        byte[] memory = workload.CreateMemory();
        using var native = new VirtualMachine();
        using var interpreter = new VirtualMachine();
        ExecutionResult expected = Run(interpreter, workload.CreateProgram(), memory, ShortUnits);
        Assert.Equal(VmError.BudgetExceeded, expected.Error);
        Assert.Equal(expected, Run(native, compiled, nativeMemory, ShortUnits));
        Assert.Equal(interpreter.Registers.ToArray(), native.Registers.ToArray());
        Assert.Equal(interpreter.CallDepth, native.CallDepth);
        Assert.True(memory.AsSpan().SequenceEqual(nativeMemory));
    }

    private static ExecutionResult Run(VirtualMachine machine, BpfProgram program, byte[] memory, ulong units)
    {
        machine.Load(program);
        machine.Memory.Map(MemoryMap.InputAddress, memory);
        return machine.Run(units, memory.Length > 0 ? MemoryMap.InputAddress : 0, (ulong)memory.Length);
    }
}
