namespace Velox.Bpf.Tests;

/// <summary>What a program is run by.</summary>
public enum Tier
{
    Interpreter,
    Native,
}

internal static class TierExtensions
{
    /// <summary>Compiles the program where the tier is native; skips the test where the machine cannot run it.</summary>
    internal static void Prepare(this Tier tier, BpfProgram program, VmOptions? options = null)
    {
        if (tier == Tier.Interpreter)
            return;
        bool isCompiled = program.TryCompile((options ?? new VmOptions()).AllowsFrameGaps);
        Assert.SkipUnless(isCompiled, "This machine does not run native code: it needs Linux on x86-64.");
    }
}
