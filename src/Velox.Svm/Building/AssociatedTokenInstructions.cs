using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Instructions of the associated token program, for SPL Token.</summary>
/// <remarks>
/// The associated account is the program-derived address of the seeds wallet, <see cref="ProgramIds.Token"/>, mint
/// under <see cref="ProgramIds.AssociatedToken"/>; the caller derives it.
/// </remarks>
public static class AssociatedTokenInstructions
{
    /// <summary>Creates the associated account; fails when it exists.</summary>
    public static Instruction Create(Address payer, Address associatedAccount, Address wallet, Address mint) =>
        Build(AssociatedTokenInstructionTag.Create, payer, associatedAccount, wallet, mint);

    /// <summary>Creates the associated account unless it exists with the same owner and mint.</summary>
    public static Instruction CreateIdempotent(
        Address payer, Address associatedAccount, Address wallet, Address mint) =>
        Build(AssociatedTokenInstructionTag.CreateIdempotent, payer, associatedAccount, wallet, mint);

    private static Instruction Build(
        AssociatedTokenInstructionTag tag, Address payer, Address associatedAccount, Address wallet, Address mint)
    {
        AccountMeta[] accounts =
        [
            AccountMeta.WritableSigner(payer),
            AccountMeta.Writable(associatedAccount),
            AccountMeta.Readonly(wallet),
            AccountMeta.Readonly(mint),
            AccountMeta.Readonly(ProgramIds.System),
            AccountMeta.Readonly(ProgramIds.Token),
        ];
        return new Instruction(ProgramIds.AssociatedToken, accounts, new[] { (byte)tag });
    }
}
