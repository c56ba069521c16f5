using System.Text.Json;
using Velox.Testing;

namespace Velox.Bpf.Tests;

/// <summary>What the disassembler writes, the assembler turns into the same bytes.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<string> Dialects => [.. Dialect.All.Select(dialect => dialect.Name)];

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Every_row_with_random_fields_and_no_raw_slot_where_the_verifier_accepts(string name)
    {
        Dialect dialect = Dialect.Find(name)!;
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        int accepted = 0;
        foreach (OpcodeEntry entry in dialect.Entries)
        {
            for (int i = 0; i < 200; i++)
            {
                byte[] text = RandomPrograms.Single(random, dialect, entry);
                string assembly = Check(new ProgramImage { Dialect = dialect, Text = text }, seed);
                if (Verifier.Check(dialect, text) is not null)
                    continue;
                accepted++;
                Assert.False(assembly.Contains(".raw", StringComparison.Ordinal), $"seed {seed}: {assembly}");
            }
        }

        Assert.True(accepted > dialect.Entries.Count * 10, $"seed {seed}: only {accepted} were accepted");
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Random_texts_with_random_functions_and_entries(string name)
    {
        Dialect dialect = Dialect.Find(name)!;
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int i = 0; i < 2_000; i++)
        {
            ProgramImage image = RandomPrograms.Image(random, dialect);
            string assembly = Check(image, seed);
            Assert.Equal(assembly, Disassembler.ToText(image));
            ProgramImage again = Assembler.Assemble(assembly, dialect);
            Assert.Equal(image.EntryIndex, again.EntryIndex);
            if (dialect.Calls == CallConvention.Key)
                AssertCalls(image, again);
        }
    }

    [Fact]
    public void The_programs_of_bpf_conformance()
    {
        int count = 0;
        foreach (string line in File.ReadLines(VectorFiles.Require("bpf/bpf_conformance.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            byte[] code = Convert.FromHexString(document.RootElement.GetProperty("code").GetString()!);
            string assembly = Check(new ProgramImage { Dialect = Dialect.Ebpf, Text = code }, seed: null);
            Assert.DoesNotContain(".raw", assembly, StringComparison.Ordinal);
            count++;
        }

        Assert.Equal(313, count);
    }

    [Fact]
    public void The_programs_of_sbpf_keep_what_their_calls_reach()
    {
        int count = 0;
        foreach (string line in File.ReadLines(VectorFiles.Require("bpf/sbpf_execution.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            ProgramImage image = SbpfExecutionTests.ReadImage(document.RootElement);
            string assembly = Check(image, seed: null);
            ProgramImage again = Assembler.Assemble(assembly, image.Dialect);
            Assert.Equal(image.EntryIndex, again.EntryIndex);
            if (image.Dialect.Calls == CallConvention.Key)
                AssertCalls(image, again);
            count++;
        }

        Assert.Equal(480, count);
    }

    /// <summary>Every key that a label can be given leads to the same instruction.</summary>
    private static void AssertCalls(ProgramImage image, ProgramImage again)
    {
        var disassembler = new Disassembler(image);
        for (int index = 0; index < image.Text.Length / InstructionWord.Bytes; index++)
        {
            var word = InstructionWord.Read(image.Text.Span, index);
            uint key = (uint)word.Immediate;
            bool isCallee = word.Opcode == 0x85 && image.Functions.TryGetValue(key, out FunctionSymbol function)
                && function.Index >= 0 && function.Index < disassembler.Count && disassembler.NameAt(function.Index) is not null;
            if (!isCallee)
                continue;
            Assert.Equal(image.Functions[key].Index, again.Functions[key].Index);
        }
    }

    private static string Check(ProgramImage image, int? seed)
    {
        string assembly = Disassembler.ToText(image);
        AssemblyError? error = Assembler.TryAssemble(assembly, image.Dialect, out ProgramImage? again);
        Assert.True(error is null, $"seed {seed}: {error}\n{assembly}");
        Assert.True(
            image.Text.Span.SequenceEqual(again!.Text.Span),
            $"seed {seed}: {image.Dialect} {Convert.ToHexStringLower(image.Text.Span)}\nbecame "
            + $"{Convert.ToHexStringLower(again.Text.Span)} by way of\n{assembly}");
        return assembly;
    }
}
