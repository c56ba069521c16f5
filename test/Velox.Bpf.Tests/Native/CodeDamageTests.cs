using Iced.Intel;

namespace Velox.Bpf.Tests;

/// <summary>The checker of native code bites: it reports every single damage to the checks of correct code.</summary>
public sealed class CodeDamageTests
{
    private const ulong Seed = 11;
    private const int Programs = 6;

    /// <summary>Every third damage is tried: all take half a minute, and none was missed.</summary>
    private const int Step = 3;

    [Fact]
    public void Every_damaged_check_is_reported()
    {
        Assert.SkipUnless(NativeProgram.IsSupported, "This machine does not run native code: it needs Linux on x86-64 or ARM64.");
        int place = 0;
        Dictionary<string, (int Count, int Missed)> kinds = [];
        List<string> missed = [];
        for (int number = 0; number < Programs; number++)
        {
            var random = new FuzzRandom(Seed + ((ulong)number * 0x9e3779b97f4a7c15));
            bool hasGaps = number == Programs - 1;
            FuzzProgram program = ProgramGenerator.Generate(random, hasGaps ? Dialect.SbpfV0 : Dialect.All[number % Dialect.All.Count]);
            EmittedCode code = EmittedCode.Compile(program.Create(), hasGaps || program.Layout.Options.AllowsFrameGaps);
            Assert.Null(new NativeCodeChecker(code).Check());
            foreach (CodeDamage damage in new CodeDamager(code).All())
            {
                if (place++ % Step != 0 && !damage.MayBeHarmless)
                    continue;
                bool isMissed = new NativeCodeChecker(damage.Code).Check() is null;
                (int count, int all) = kinds.GetValueOrDefault(damage.Kind);
                kinds[damage.Kind] = (count + 1, all + (isMissed ? 1 : 0));
                if (isMissed && !damage.MayBeHarmless)
                    missed.Add($"program {number}: {damage.Kind} at {damage.At}: {damage.What}");
            }
        }

        foreach ((string kind, (int count, int all)) in kinds)
            TestContext.Current.TestOutputHelper!.WriteLine($"{kind}: {count}, missed {all}");
        Assert.True(missed.Count == 0, string.Join('\n', missed.Take(40)));
        Assert.All(kinds, pair => Assert.True(pair.Value.Missed < pair.Value.Count, pair.Key));
        Assert.True(kinds.Count >= 34, "Some kind of check is in none of the programs.");
    }

    [Fact]
    public void Only_host_addresses_outlive_the_register_they_come_from()
    {
        foreach (FactKind kind in Enum.GetValues<FactKind>())
        {
            Fact left = new Fact(kind, Register.RDI, At: 8, Low: 8, Bytes: 8).Without(Register.RDI);
            Assert.Equal(kind == FactKind.Host ? new Fact(FactKind.Host, Low: 8, Bytes: 8) : default, left);
        }
    }
}
