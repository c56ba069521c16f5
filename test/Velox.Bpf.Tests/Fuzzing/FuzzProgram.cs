using System.Globalization;
using System.Text;

namespace Velox.Bpf.Tests;

/// <summary>A generated program with the memory that it expects.</summary>
internal sealed record FuzzProgram(Dialect Dialect, FuzzLayout Layout, InstructionWord[] Words)
{
    internal static readonly InstructionWord Nop = new(0xbf, 0, 0, 0, 0);

    internal ulong TextAddress { get; init; } = MemoryMap.ProgramAddress;

    internal int EntryIndex { get; init; }

    internal Dictionary<uint, FunctionSymbol> Functions { get; init; } = [];

    internal byte[] Text
    {
        get
        {
            byte[] text = new byte[Words.Length * InstructionWord.Bytes];
            for (int i = 0; i < Words.Length; i++)
                Words[i].Write(text.AsSpan(i * InstructionWord.Bytes));
            return text;
        }
    }

    internal VerifierError? TryCreate(out BpfProgram? program) => BpfProgram.TryCreate(
        new ProgramImage
        {
            Dialect = Dialect,
            Text = Text,
            TextAddress = TextAddress,
            EntryIndex = EntryIndex,
            Functions = Functions,
            ReadOnlyData = Layout.ReadOnlyData,
        },
        FuzzHost.TableOf(Dialect),
        out program);

    internal BpfProgram Create() => TryCreate(out BpfProgram? program) is { } error
        ? throw new BpfProgramException(error)
        : program!;

    /// <summary>All but what does nothing, to be read by people.</summary>
    internal string Describe()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Dialect}, {Words.Length} slots, entry {EntryIndex}, text at 0x{TextAddress:x}, {Layout.Options}");
        foreach (FuzzRegion region in Layout.Regions)
            text.AppendLine(CultureInfo.InvariantCulture, $"region 0x{region.Address:x}, {region.Bytes} bytes, {(region.IsWritable ? "rw" : "r")}");
        text.AppendLine(CultureInfo.InvariantCulture, $"functions at {string.Join(' ', Functions.Values.Select(function => function.Index).Order())}");
        for (int i = 0; i < Words.Length; i++)
        {
            InstructionWord word = Words[i];
            if (word != Nop)
                text.AppendLine(CultureInfo.InvariantCulture, $"{i,4}: {word.Opcode:x2} {Dialect.Find(in word)?.Mnemonic,-10} r{word.Destination} r{word.Source} {word.Offset:+0;-0} {word.Immediate} (0x{word.Immediate:x})");
        }

        return text.ToString();
    }
}
