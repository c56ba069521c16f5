using System.Text.Json;
using Velox.Testing;

namespace Velox.Bpf.Tests;

/// <summary>Hostile texts: the verifier never throws, and what it accepts runs alike in all tiers.</summary>
public sealed class VerifierFuzzTests(ITestOutputHelper output)
{
    private const ulong Seed = 11;
    private const int RandomTexts = 20_000;
    private const int MutationsPerText = 4;

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new FuzzRandom(Seed);
        for (int i = 0; i < RandomTexts; i++)
        {
            byte[] bytes = random.Bytes(random.Below(65));
            foreach (Dialect dialect in Dialect.All)
                Verifier.Check(dialect, bytes);
        }
    }

    [Fact]
    public void Random_slots_that_are_accepted_run_alike()
    {
        var random = new FuzzRandom(Seed);
        var fuzzer = new DifferentialFuzzer(Seed);
        int accepted = 0;
        for (int i = 0; i < RandomTexts; i++)
        {
            Dialect dialect = random.Pick(Dialect.All);
            InstructionWord[] words = [.. Enumerable.Range(0, random.Between(1, 12)).Select(_ => RandomWord(random, dialect))];
            accepted += RunIfAccepted(fuzzer, new FuzzProgram(dialect, FuzzLayout.Generate(random), words), random, i) ? 1 : 0;
        }

        output.WriteLine($"seed {Seed}: {accepted} of {RandomTexts} accepted");
        Assert.True(accepted > 100, $"seed {Seed}: only {accepted} accepted");
    }

    [Fact]
    public void Mutated_programs_of_the_vectors_run_alike()
    {
        var random = new FuzzRandom(Seed);
        var fuzzer = new DifferentialFuzzer(Seed);
        int accepted = 0, count = 0;
        foreach (FuzzProgram program in Vectors(random))
        {
            for (int i = 0; i < MutationsPerText; i++)
            {
                InstructionWord[] words = [.. program.Words];
                for (int changes = random.Between(0, 3); changes > 0; changes--)
                    Mutate(words, random, program.Dialect);
                accepted += RunIfAccepted(fuzzer, program with { Words = words }, random, count++) ? 1 : 0;
            }
        }

        output.WriteLine($"seed {Seed}: {accepted} of {count} accepted");
        Assert.True(accepted > count / 4, $"seed {Seed}: only {accepted} of {count} accepted");
    }

    private static bool RunIfAccepted(DifferentialFuzzer fuzzer, FuzzProgram program, FuzzRandom random, int number)
    {
        if (program.TryCreate(out _) is not null)
            return false;
        string? failure = fuzzer.RunProgram(program, random, (ulong)number);
        Assert.True(failure is null, failure);
        return true;
    }

    private static InstructionWord RandomWord(FuzzRandom random, Dialect dialect)
    {
        OpcodeEntry entry = random.Pick(dialect.Entries);
        byte opcode = random.Chance(3) ? (byte)random.Next() : random.Chance(10) ? (byte)0 : entry.Opcode;
        int offset = entry.Selector == OpcodeSelector.Offset ? entry.Key : random.Between(-6, 6) * (random.Chance(60) && !entry.Mnemonic.StartsWith('j') ? 0 : 1);
        int immediate = entry.Selector == OpcodeSelector.Immediate ? entry.Key
            : random.Chance(40) ? 0 : random.Chance(50) ? random.Between(-12, 12) : (int)random.Value();
        return new InstructionWord(opcode, (byte)random.Below(11), (byte)(random.Chance(50) ? 0 : random.Below(11)), (short)offset, immediate);
    }

    private static void Mutate(InstructionWord[] words, FuzzRandom random, Dialect dialect)
    {
        ref InstructionWord word = ref words[random.Below(words.Length)];
        switch (random.Below(7))
        {
            case 0: word = word with { Opcode = random.Pick(dialect.Entries).Opcode }; break;
            case 1: word = word with { Destination = (byte)random.Below(12) }; break;
            case 2: word = word with { Source = (byte)random.Below(12) }; break;
            case 3: word = word with { Offset = (short)random.Value() }; break;
            case 4: word = word with { Offset = (short)(word.Offset + random.Between(-9, 9)) }; break;
            case 5: word = word with { Immediate = (int)random.Value() }; break;
            default: word = words[random.Below(words.Length)]; break;
        }
    }

    private static IEnumerable<FuzzProgram> Vectors(FuzzRandom random)
    {
        foreach (string line in File.ReadLines(VectorFiles.Require("bpf/bpf_conformance.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            yield return Program(Dialect.Ebpf, document.RootElement.GetProperty("code"), random);
        }

        foreach (string line in File.ReadLines(VectorFiles.Require("bpf/sbpf_execution.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            JsonElement run = document.RootElement;
            uint version = (uint)(run.GetProperty("sbpf_version").GetString()![1] - '0');
            yield return Program(Dialect.FindSbpf(Math.Min(version, 3))!, run.GetProperty("text"), random) with
            {
                TextAddress = run.GetProperty("text_vaddr").GetUInt64(),
                EntryIndex = run.GetProperty("entry_pc").GetInt32(),
                Functions = run.GetProperty("functions").EnumerateArray().ToDictionary(
                    function => function.GetProperty("key").GetUInt32(),
                    function => new FunctionSymbol("", function.GetProperty("pc").GetInt32())),
            };
        }
    }

    private static FuzzProgram Program(Dialect dialect, JsonElement hex, FuzzRandom random)
    {
        byte[] text = Convert.FromHexString(hex.GetString()!);
        var words = Enumerable.Range(0, text.Length / InstructionWord.Bytes).Select(i => InstructionWord.Read(text, i));
        return new FuzzProgram(dialect, FuzzLayout.Generate(random), [.. words]);
    }
}
