using System.Text.Json;
using Velox.Testing;

namespace Velox.Bpf.Tests;

/// <summary>
/// The runs of anza-xyz/sbpf's execution tests: result, kind and place of the error, exact count, and the input afterwards.
/// </summary>
public sealed class SbpfExecutionTests
{
    [Theory]
    [InlineData(Tier.Interpreter)]
    [InlineData(Tier.Switch)]
    [InlineData(Tier.Native)]
    [InlineData(Tier.Arm64)]
    public void Every_run_ends_as_it_does_in_sbpf(Tier tier)
    {
        var failures = new List<string>();
        int count = 0;
        foreach (string line in File.ReadLines(VectorFiles.Require("bpf/sbpf_execution.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            JsonElement run = document.RootElement;
            // One run works on addresses of the host, which this machine never does.
            if (!run.GetProperty("config").GetProperty("enable_address_translation").GetBoolean())
                continue;
            count++;
            if (Check(run, tier) is { } failure)
                failures.Add($"{run.GetProperty("test")} {run.GetProperty("sbpf_version")}: {failure}");
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {count}:\n{string.Join('\n', failures)}");
        Assert.Equal(479, count);
    }

    private static string? Check(JsonElement run, Tier tier)
    {
        BpfProgram program = BpfProgram.Create(ReadImage(run), SbpfTestFunctions.Table);
        VmOptions options = ReadOptions(run.GetProperty("config"));
        tier.Prepare(program, options);
        byte[] input = Bytes(run, "input");
        using var machine = new VirtualMachine(options);
        machine.Load(program);
        if (run.GetProperty("input_writable").GetBoolean())
            machine.Memory.Map(MemoryMap.InputAddress, input);
        else
            machine.Memory.MapReadOnly(MemoryMap.InputAddress, input);

        ulong expectedCount = run.GetProperty("expected_insn_count").GetUInt64();
        ExecutionResult result = machine.Run(expectedCount, MemoryMap.InputAddress);
        string expected = run.GetProperty("expected").GetString()!;
        string actual = Describe(result, machine);
        if (actual != expected)
            return $"expected {expected}, got {actual}";
        if (result.ConsumedUnits != expectedCount)
            return $"expected {expectedCount} instructions, got {result.ConsumedUnits}";
        return input.AsSpan().SequenceEqual(Bytes(run, "input_after")) ? null : "the input differs afterwards";
    }

    internal static ProgramImage ReadImage(JsonElement run)
    {
        uint version = (uint)(run.GetProperty("sbpf_version").GetString()![1] - '0');
        return new ProgramImage
        {
            // V4 adds nothing to V3 that these programs could notice.
            Dialect = Dialect.FindSbpf(Math.Min(version, 3))!,
            Text = Bytes(run, "text"),
            TextAddress = run.GetProperty("text_vaddr").GetUInt64(),
            EntryIndex = run.GetProperty("entry_pc").GetInt32(),
            ReadOnlyData = Bytes(run, "ro"),
            ReadOnlyAddress = run.GetProperty("ro_vaddr").GetUInt64(),
            Functions = run.GetProperty("functions").EnumerateArray().ToDictionary(
                function => function.GetProperty("key").GetUInt32(),
                function => new FunctionSymbol(function.GetProperty("name").GetString()!, function.GetProperty("pc").GetInt32())),
        };
    }

    internal static VmOptions ReadOptions(JsonElement config) => new()
    {
        MaxCallDepth = config.GetProperty("max_call_depth").GetInt32(),
        AllowsFrameGaps = config.GetProperty("enable_stack_frame_gaps").GetBoolean(),
    };

    /// <summary>The result in the words of sbpf.</summary>
    internal static string Describe(ExecutionResult result, VirtualMachine machine)
    {
        string kind = result.IsStore ? "Store" : "Load";
        string error = result.Error switch
        {
            VmError.None => $"Ok({result.Value})",
            VmError.BudgetExceeded => "ExceededMaxInstructions",
            VmError.CallOutsideText => "CallOutsideTextSegment",
            VmError.AccessViolation => $"AccessViolation({kind}, {result.FaultAddress}, {result.FaultBytes}, \"{machine.RegionNameAt(result.FaultAddress)}\")",
            VmError.StackAccessViolation => $"StackAccessViolation({kind}, {result.FaultAddress}, {result.FaultBytes}, {machine.StackFrameAt(result.FaultAddress)})",
            VmError.HostFunctionFailed => $"SyscallError({machine.HostError})",
            _ => result.Error.ToString(),
        };
        return result.IsSuccess ? error : $"Err({error})";
    }

    internal static byte[] Bytes(JsonElement run, string name) => Convert.FromHexString(run.GetProperty(name).GetString()!);
}
