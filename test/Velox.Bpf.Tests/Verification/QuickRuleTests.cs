namespace Velox.Bpf.Tests;

public sealed class QuickRuleTests
{
    private const int Seed = 20_261_125;
    private const int WordsPerOpcode = 1_000;
    private const int Slots = 6;

    public static TheoryData<string> Dialects => [.. Dialect.All.Select(dialect => dialect.Name)];

    [Theory]
    [MemberData(nameof(Dialects))]
    public void What_is_let_through_quickly_breaks_no_rule_and_most_of_what_breaks_none_is(string name)
    {
        Dialect dialect = Dialect.Find(name)!;
        QuickRule[] rules = dialect.QuickRules;
        var random = new Random(Seed);
        byte[] text = new byte[Slots * InstructionWord.Bytes];
        (int quick, int good) = (0, 0);
        for (int opcode = 0; opcode < 256; opcode++)
        {
            for (int i = 0; i < WordsPerOpcode; i++)
            {
                // The neighbours decide what a jump may lead to: instructions, or the second slot of a wide load.
                for (int slot = 0; slot < Slots; slot++)
                    new InstructionWord(random.Next(3) == 0 ? (byte)0 : (byte)0x95, 0, 0, 0, 0).Write(text.AsSpan(slot * 8));
                int index = random.Next(Slots);
                InstructionWord word = RandomWord(random, (byte)opcode);
                word.Write(text.AsSpan(index * InstructionWord.Bytes));

                ulong bits = BitConverter.ToUInt64(text, index * InstructionWord.Bytes);
                bool isQuick = rules[opcode].LetsThrough(bits, index, text);
                VerifierError? error = Verifier.CheckThoroughly(dialect, text, index, out bool isWide);
                if (isQuick && (error is not null || isWide))
                    Assert.Fail($"{name}, seed {Seed}: {word} at {index}: {error}");
                quick += isQuick ? 1 : 0;
                good += error is null ? 1 : 0;
            }
        }

        Assert.True(quick * 4 > good, $"only {quick} of {good} words that keep every rule were let through quickly");
    }

    /// <summary>Mostly small fields: those that rules tell apart.</summary>
    private static InstructionWord RandomWord(Random random, byte opcode)
    {
        int[] immediates = [0, 0, 1, 8, 16, 31, 32, 63, 64, -1, int.MinValue, random.Next()];
        return new InstructionWord(
            opcode,
            (byte)(random.Next(2) == 0 ? 0 : random.Next(16)),
            (byte)(random.Next(2) == 0 ? 0 : random.Next(16)),
            (short)(random.Next(2) == 0 ? 0 : random.Next(-8, 9)),
            immediates[random.Next(immediates.Length)]);
    }
}
