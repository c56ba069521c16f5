using Velox.Testing;

namespace Velox.Bpf.Tests;

/// <summary>
/// Firedancer's 2,827 single instructions: registers in; accepted or refused, fault or not; registers out.
/// </summary>
public sealed class FiredancerInstructionTests
{
    [Theory]
    [InlineData("v0/bitwise.instr", 0, 61)]
    [InlineData("v0/int_math.instr", 0, 265)]
    [InlineData("v0/jump.instr", 0, 315)]
    [InlineData("v0/load.instr", 0, 65)]
    [InlineData("v0/opcode.instr", 0, 256)]
    [InlineData("v0/shift.instr", 0, 292)]
    [InlineData("v2/bitwise.instr", 2, 68)]
    [InlineData("v2/int_math.instr", 2, 390)]
    [InlineData("v2/jump.instr", 2, 315)]
    [InlineData("v2/load.instr", 2, 118)]
    [InlineData("v2/opcode.instr", 2, 264)]
    [InlineData("v2/shift.instr", 2, 292)]
    [InlineData("v3/jump.instr", 3, 126)]
    public void Every_instruction_behaves(string file, uint version, int expectedCount)
    {
        var failures = new List<string>();
        int count = 0;
        foreach (FiredancerCase test in FiredancerCase.ReadAll(VectorFiles.Require("bpf/firedancer_instr_test/" + file)))
        {
            count++;
            foreach (Tier tier in Enum.GetValues<Tier>())
            {
                if (Check(test, Dialect.FindSbpf(version)!, tier) is { } failure)
                    failures.Add($"line {test.Line}, {tier}: {failure}");
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {count}:\n{string.Join('\n', failures)}");
        Assert.Equal(expectedCount, count);
    }

    private static string? Check(FiredancerCase test, Dialect dialect, Tier tier)
    {
        var image = new ProgramImage { Dialect = dialect, Text = test.Text };
        VerifierError? refusal = BpfProgram.TryCreate(image, HostFunctionTable.Empty, out BpfProgram? program);
        if (test.Outcome == "vfy")
            return refusal is not null ? null : "accepted, but must be refused";
        if (refusal is not null)
            return $"refused: {refusal}";

        using var machine = new VirtualMachine();
        tier.Prepare(program!);
        machine.Load(program!);
        ulong address = MemoryMap.InputAddress;
        foreach (byte[] region in test.Regions)
        {
            machine.Memory.Map(address, region);
            address += (ulong)region.Length;
        }

        for (int i = 0; i < 11; i++)
            machine.Registers[i] = test.Before[i];
        ExecutionResult result = machine.Continue(100);
        if (test.Outcome == "err")
            return result.IsSuccess ? "ran, but must fail" : null;
        if (!result.IsSuccess)
            return $"failed: {result}";
        for (int i = 0; i < 11; i++)
        {
            if (machine.Registers[i] != test.After[i])
                return $"r{i} is 0x{machine.Registers[i]:x}, expected 0x{test.After[i]:x}";
        }

        return null;
    }
}
