using Velox.Bpf;
using Velox.State;

namespace Velox.Svm;

/// <summary>What is known of a program's code: ready to run, or why not. Kept at the account that holds the code.</summary>
/// <param name="Program">The verified program, or null where the file is not one.</param>
/// <param name="DeploymentSlot">The slot in which the code was deployed; 0 for programs that never change.</param>
/// <param name="Environment">The syscalls and versions that it was made for.</param>
internal sealed record LoadedProgram(BpfProgram? Program, ulong DeploymentSlot, ProgramEnvironment Environment)
{
    /// <summary>
    /// The program of an account of a loader that is to run in a block; null where there is none that may run in it.
    /// </summary>
    /// <param name="account">The program's account.</param>
    /// <param name="programData">For the upgradeable loader: the account with its code, if it exists.</param>
    /// <param name="block">The block. A program can be called from the slot after its deployment on.</param>
    internal static BpfProgram? Find(Account account, Account? programData, BlockContext block)
    {
        ProgramEnvironment environment = block.Features.Environment;
        if (account.Owner != ProgramIds.BpfLoaderUpgradeable)
            return At(account, 0, 0, environment);
        if (!UpgradeableState.TryReadProgram(account.Data.Bytes, out _) || programData is null
            || programData.Owner != ProgramIds.BpfLoaderUpgradeable
            || !UpgradeableState.TryReadProgramData(programData.Data.Bytes, out ulong slot) || slot >= block.Slot)
        {
            return null;
        }

        return At(programData, UpgradeableState.ProgramDataHeaderSize, slot, environment);
    }

    /// <summary>
    /// The code of an account. It changes only by a deployment, which states its slot, and one slot has one deployment at most;
    /// code of the slot under construction is never asked for.
    /// </summary>
    private static BpfProgram? At(Account account, int offset, ulong slot, ProgramEnvironment environment)
    {
        if (account.Attachment is LoadedProgram known && known.DeploymentSlot == slot && known.Environment == environment)
            return known.Program;
        environment.TryLoad(account.Data.Bytes[offset..].ToArray(), out BpfProgram? program, out _);

        // Two workers may load the same program at once: either result will do.
        account.Attachment = new LoadedProgram(program, slot, environment);
        return program;
    }
}
