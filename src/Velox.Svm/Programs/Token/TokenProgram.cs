using Velox.Primitives;

namespace Velox.Svm;

/// <summary>SPL Token in C#, at its id: layouts, instructions, error codes and log lines of version 3.5.0.</summary>
/// <remarks>
/// Source of the rules: solana-program/token, program/src/{instruction,processor}.rs. Compute units are a flat price,
/// not those of the original bytecode.
/// </remarks>
public sealed class TokenProgram : INativeProgram
{
    public Address Id => ProgramIds.Token;

    public ulong ComputeUnits => 3_000;

    public InstructionError Execute(InvokeContext context)
    {
        InstructionError error = Run(context);
        if (error.IsError && TokenError.Describe(error) is { } text)
            context.Log("Error: " + text);
        return error;
    }

    private static InstructionError Run(InvokeContext context)
    {
        var fields = new TokenFields(context.Data);
        var tag = (TokenInstructionTag)fields.Byte();
        if (fields.HasFailed || tag > TokenInstructionTag.UiAmountToAmount)
            return TokenError.InvalidInstruction;
        if (context.Data.Length <= sizeof(ulong) && PanicOf(tag) is { } place)
        {
            context.Log($"panicked at 'assertion failed: mid <= self.len()', token/program/src/instruction.rs:{place}");
            return context.Fault("SBF program panicked");
        }

        return tag switch
        {
            TokenInstructionTag.InitializeMint or TokenInstructionTag.InitializeMint2 =>
                TokenInitialization.Mint(context, tag, ref fields),
            TokenInstructionTag.InitializeAccount or TokenInstructionTag.InitializeAccount2
                or TokenInstructionTag.InitializeAccount3 => TokenInitialization.Account(context, tag, ref fields),
            TokenInstructionTag.InitializeMultisig or TokenInstructionTag.InitializeMultisig2 =>
                TokenInitialization.Multisig(context, tag, ref fields),
            TokenInstructionTag.InitializeImmutableOwner => TokenInitialization.ImmutableOwner(context, tag),
            TokenInstructionTag.Transfer or TokenInstructionTag.TransferChecked =>
                TokenTransfers.Transfer(context, tag, ref fields),
            TokenInstructionTag.Approve or TokenInstructionTag.ApproveChecked =>
                TokenTransfers.Approve(context, tag, ref fields),
            TokenInstructionTag.Revoke => TokenTransfers.Revoke(context, tag),
            TokenInstructionTag.MintTo or TokenInstructionTag.MintToChecked =>
                TokenSupply.MintTo(context, tag, ref fields),
            TokenInstructionTag.Burn or TokenInstructionTag.BurnChecked => TokenSupply.Burn(context, tag, ref fields),
            TokenInstructionTag.SetAuthority => TokenAuthority.Set(context, tag, ref fields),
            TokenInstructionTag.FreezeAccount or TokenInstructionTag.ThawAccount => TokenAuthority.Freeze(context, tag),
            TokenInstructionTag.CloseAccount => TokenAuthority.Close(context, tag),
            TokenInstructionTag.SyncNative => TokenAmounts.SyncNative(context, tag),
            TokenInstructionTag.GetAccountDataSize => TokenAmounts.AccountDataSize(context, tag),
            TokenInstructionTag.AmountToUiAmount => TokenAmounts.ToUiAmount(context, tag, ref fields),
            _ => TokenAmounts.FromUiAmount(context, tag, ref fields),
        };
    }

    /// <summary>Line and column where the original panics when an amount is cut off; null where it says that the instruction is invalid.</summary>
    private static string? PanicOf(TokenInstructionTag tag) => tag switch
    {
        TokenInstructionTag.TransferChecked => "522:43",
        TokenInstructionTag.ApproveChecked => "533:43",
        TokenInstructionTag.MintToChecked => "544:43",
        TokenInstructionTag.BurnChecked => "555:43",
        TokenInstructionTag.AmountToUiAmount => "591:44",
        _ => null,
    };
}
