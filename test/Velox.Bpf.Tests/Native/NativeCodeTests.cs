using Iced.Intel;

namespace Velox.Bpf.Tests;

/// <summary>The native code of many programs, decoded by Iced and followed to every access.</summary>
public sealed class NativeCodeTests
{
    private const ulong Seed = 3;
    private const int Programs = 400;

    [Fact]
    public void Every_access_was_checked_on_every_way_to_it()
    {
        Assert.SkipUnless(NativeProgram.IsSupported, "This machine does not run native code: it needs Linux on x86-64 or ARM64.");
        HashSet<Mnemonic> mnemonics = [];
        for (ulong number = 0; number < Programs; number++)
        {
            var random = new FuzzRandom(Seed + (number * 0x9e3779b97f4a7c15));
            FuzzProgram program = ProgramGenerator.Generate(random, random.Pick(Dialect.All));
            BpfProgram created = program.Create();
            var checker = new NativeCodeChecker(EmittedCode.Compile(created, program.Layout.Options.AllowsFrameGaps));
            string? wrong = checker.Check();
            Assert.True(wrong is null, $"seed {Seed}, program {number}: {wrong}\n{program.Describe()}");
            mnemonics.UnionWith(checker.Mnemonics);
        }

        Assert.Contains(Mnemonic.Idiv, mnemonics);
        Assert.Contains(Mnemonic.Bswap, mnemonics);
    }
}
