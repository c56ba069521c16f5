using Velox.Svm;

namespace Velox.Node;

/// <summary>Instructions of the associated token account program (Agave transaction-status, parse_associated_token).</summary>
internal static class AssociatedTokenInstructionJson
{
    private static readonly string[] CreateAccounts = ["source", "account", "wallet", "mint", "systemProgram", "tokenProgram"];

    /// <param name="fields">The instruction.</param>
    /// <param name="data">Its data: nothing, or one byte and no more.</param>
    internal static ParsedInstruction? Parse(ref InstructionFields fields, byte[] data) => data switch
    {
        [] or [(byte)AssociatedTokenInstructionTag.Create] => fields.Of("create", CreateAccounts),
        [(byte)AssociatedTokenInstructionTag.CreateIdempotent] => fields.Of("createIdempotent", CreateAccounts),
        [(byte)AssociatedTokenInstructionTag.RecoverNested] => fields.Of(
            "recoverNested", ["nestedSource", "nestedMint", "destination", "nestedOwner", "ownerMint", "wallet", "tokenProgram"]),
        _ => null,
    };
}
