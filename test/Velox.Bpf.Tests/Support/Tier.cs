namespace Velox.Bpf.Tests;

/// <summary>What a program is run by.</summary>
public enum Tier
{
    /// <summary>By handlers, where the runtime makes tail calls.</summary>
    Interpreter,

    /// <summary>The interpreter that works everywhere.</summary>
    Switch,
    Native,

    /// <summary>Native code for ARM64, under an emulator.</summary>
    Arm64,
}

internal static class TierExtensions
{
    /// <summary>Makes runs of the program use the tier; skips the test where the machine has no native code.</summary>
    internal static void Prepare(this Tier tier, BpfProgram program, VmOptions? options = null)
    {
        if (tier == Tier.Switch)
            program.UsesThreadedCode = false;
        if (tier is Tier.Interpreter or Tier.Switch)
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
