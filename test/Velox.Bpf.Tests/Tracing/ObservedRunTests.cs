using System.Text.Json;
using Velox.Testing;

namespace Velox.Bpf.Tests;

/// <summary>Observed runs end as others do.</summary>
public sealed class ObservedRunTests
{
    [Fact]
    public void Every_run_of_sbpf_ends_the_same_when_it_is_observed_whole_or_in_slices()
    {
        int count = 0;
        foreach (string line in File.ReadLines(VectorFiles.Require("bpf/sbpf_execution.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            JsonElement run = document.RootElement;
            if (!run.GetProperty("config").GetProperty("enable_address_translation").GetBoolean())
                continue;
            count++;
            Outcome plain = Execute(run, null, ulong.MaxValue);
            var counter = new ExecutionProfile(BpfProgram.Create(SbpfExecutionTests.ReadImage(run), SbpfTestFunctions.Table));
            Assert.Equal(plain, Execute(run, counter, ulong.MaxValue));
            ulong overrun = plain.Result.Error == VmError.ExecutionOverrun ? 1ul : 0;
            Assert.Equal(plain.Result.ConsumedUnits, counter.Executed + overrun);
            Assert.Equal(plain, Execute(run, new InstructionTrace(counter.Program, TextWriter.Null), 7));
        }

        Assert.Equal(479, count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(40)]
    public void A_host_function_that_takes_units_takes_the_same(int units)
    {
        // The function asks what is left and takes more than one slice of one unit would have.
        HostFunctionTable host = new HostFunctionTable().Add(
            1, "take", call => call.TryConsume(5) ? call.RemainingUnits : 99, priceUnits: 10);
        BpfProgram program = BpfProgram.Create(Assembler.Assemble("mov64 r1, 2\ncall 1\nmov64 r6, r0\ncall 1\nexit", Dialect.Ebpf), host);
        using var machine = new VirtualMachine();
        machine.Load(program);
        ExecutionResult plain = machine.Run((ulong)units);
        ulong[] registers = machine.Registers.ToArray();

        ExecutionResult observed = machine.Run((ulong)units, observer: new ExecutionProfile(program));
        Assert.Equal(plain, observed);
        Assert.Equal(registers, machine.Registers.ToArray());
        if (observed.Error == VmError.BudgetExceeded)
            Assert.Equal(machine.Continue(30), Again(program, (ulong)units, 30));
    }

    [Fact]
    public void The_host_may_end_or_fail_an_observed_run()
    {
        HostFunctionTable host = new HostFunctionTable().Add(1, "end", call => call.EndProgram(7)).Add(2, "fail", call => call.Fail("no"));
        foreach ((string text, VmError error) in (ReadOnlySpan<(string, VmError)>)
            [("call 1", VmError.None), ("call 2", VmError.HostFunctionFailed), ("mov64 r1, 2\ncallx r1", VmError.HostFunctionFailed),
            ("callx r1", VmError.UnknownHostFunction)])
        {
            BpfProgram program = BpfProgram.Create(Assembler.Assemble(text + "\nexit", Dialect.Ebpf), host);
            using var machine = new VirtualMachine();
            machine.Load(program);
            ExecutionResult plain = machine.Run(100);
            Assert.Equal(error, plain.Error);
            Assert.Equal(plain, machine.Run(100, observer: new ExecutionProfile(program)));
        }
    }

    private static ExecutionResult Again(BpfProgram program, ulong first, ulong second)
    {
        using var machine = new VirtualMachine();
        machine.Load(program);
        var observer = new ExecutionProfile(program);
        machine.Run(first, observer: observer);
        return machine.Continue(second, observer);
    }

    private static Outcome Execute(JsonElement run, IInstructionObserver? observer, ulong sliceUnits)
    {
        using var machine = new VirtualMachine(SbpfExecutionTests.ReadOptions(run.GetProperty("config")));
        machine.Load(BpfProgram.Create(SbpfExecutionTests.ReadImage(run), SbpfTestFunctions.Table));
        byte[] input = SbpfExecutionTests.Bytes(run, "input");
        if (run.GetProperty("input_writable").GetBoolean())
            machine.Memory.Map(MemoryMap.InputAddress, input);
        else
            machine.Memory.MapReadOnly(MemoryMap.InputAddress, input);

        ulong units = run.GetProperty("expected_insn_count").GetUInt64();
        machine.Begin();
        machine.Registers[1] = MemoryMap.InputAddress;
        ulong consumed = 0;
        ExecutionResult result;
        do
        {
            result = machine.Continue(Math.Min(sliceUnits, units - consumed), observer);
            consumed += result.ConsumedUnits;
        }
        while (result.Error == VmError.BudgetExceeded && consumed < units);
        result = result with { ConsumedUnits = consumed };
        return new Outcome(result, SbpfExecutionTests.Describe(result, machine), Convert.ToHexString(input));
    }

    private sealed record Outcome(ExecutionResult Result, string Text, string Input);
}
