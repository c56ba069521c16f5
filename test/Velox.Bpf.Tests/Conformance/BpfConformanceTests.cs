using System.Globalization;
using System.Text.Json;
using Velox.Testing;

namespace Velox.Bpf.Tests;

/// <summary>The 313 cases of Alan-Jowett/bpf_conformance, every group.</summary>
public sealed class BpfConformanceTests
{
    private const int UnwindFunction = 5;

    private ulong _consumedUnits;

    [Theory]
    [InlineData(Tier.Interpreter)]
    [InlineData(Tier.Switch)]
    [InlineData(Tier.Native)]
    [InlineData(Tier.Arm64)]
    public void Every_case_gives_its_result(Tier tier)
    {
        var failures = new List<string>();
        int count = 0;
        ulong emulatedBefore = Arm64Emulator.UsedUnits;
        foreach (string line in File.ReadLines(VectorFiles.Require("bpf/bpf_conformance.jsonl")))
        {
            count++;
            using var document = JsonDocument.Parse(line);
            if (Check(document.RootElement, tier) is { } failure)
                failures.Add(failure);
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {count}:\n{string.Join('\n', failures)}");
        Assert.Equal(313, count);
        // The interpreter may do what native code leaves to it, but not the work.
        ulong emulated = Arm64Emulator.UsedUnits - emulatedBefore;
        Assert.True(tier != Tier.Arm64 || emulated * 100 > _consumedUnits * 95, $"{emulated} of {_consumedUnits} units in native code");
    }

    private string? Check(JsonElement test, Tier tier)
    {
        string name = test.GetProperty("name").GetString()!;
        byte[] code = Convert.FromHexString(test.GetProperty("code").GetString()!);
        byte[] memory = Convert.FromHexString(test.GetProperty("mem").GetString()!);
        ulong expected = ulong.Parse(test.GetProperty("result").GetString()!.Replace("0x", ""), NumberStyles.HexNumber);

        HostFunctionTable host = new HostFunctionTable().Add(
            UnwindFunction, "unwind", call => call.Argument1 == 0 ? call.EndProgram(0) : call.Argument1);
        var image = new ProgramImage { Dialect = Dialect.Ebpf, Text = code };
        if (BpfProgram.TryCreate(image, host, out BpfProgram? program) is { } error)
            return $"{name}: {error}";

        tier.Prepare(program!);
        using var machine = new VirtualMachine();
        machine.Load(program!);
        machine.Memory.Map(MemoryMap.InputAddress, memory);
        ExecutionResult result = machine.Run(10_000_000, MemoryMap.InputAddress, (ulong)memory.Length);
        _consumedUnits += result.ConsumedUnits;
        return result.IsSuccess && result.Value == expected ? null : $"{name}: expected 0x{expected:x}, got {result}";
    }
}
