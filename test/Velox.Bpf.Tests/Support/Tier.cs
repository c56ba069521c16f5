namespace Velox.Bpf.Tests;

/// <summary>What a program is run by.</summary>
public enum Tier
{
    Interpreter,
    Native,

    /// <summary>Native code for ARM64, under an emulator.</summary>
    Arm64,
}

internal static class TierExtensions
{
    /// <summary>Compiles the program where the tier is native; skips the test where the machine cannot run it.</summary>
    internal static void Prepare(this Tier tier, BpfProgram program, VmOptions? options = null)
    {
        if (tier == Tier.Interpreter)
            return;
        options ??= new VmOptions();
        if (tier == Tier.Arm64)
        {
            Arm64Emulator.Prepare(program, options);
            return;
        }

        bool isCompiled = program.TryCompile(options.AllowsFrameGaps);
        Assert.SkipUnless(isCompiled, "This machine does not run native code: it needs Linux on x86-64 or ARM64.");
    }
}
