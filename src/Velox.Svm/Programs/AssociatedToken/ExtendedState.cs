namespace Velox.Svm;

/// <summary>
/// Mints and accounts of SPL Token or of Token-2022, which puts extensions behind them (Token-2022 interface, extension/mod.rs).
/// </summary>
/// <remarks>
/// With extensions both kinds have 165 bytes, zero behind what a mint needs, then a byte that says which kind it is, then the extensions.
/// No kind has a multisig's length.
/// </remarks>
public static class ExtendedState
{
    private const byte MintKind = 1;
    private const byte AccountKind = 2;

    /// <summary>Reads a token account. Errors: InvalidAccountData, UninitializedAccount.</summary>
    public static InstructionError TryReadAccount(ReadOnlySpan<byte> data, out TokenAccount account)
    {
        account = default;
        if (!HasLength(data, TokenAccount.Size))
            return InstructionErrorKind.InvalidAccountData;
        InstructionError error = TokenAccount.TryRead(data[..TokenAccount.Size], out account);
        return error.IsError || IsKind(data, TokenAccount.Size, AccountKind) ? error : InstructionErrorKind.InvalidAccountData;
    }

    /// <summary>Reads a mint. Errors: InvalidAccountData, UninitializedAccount.</summary>
    public static InstructionError TryReadMint(ReadOnlySpan<byte> data, out TokenMint mint)
    {
        mint = default;
        if (!HasLength(data, TokenMint.Size))
            return InstructionErrorKind.InvalidAccountData;
        InstructionError error = TokenMint.TryRead(data[..TokenMint.Size], out mint);
        return error.IsError || IsKind(data, TokenMint.Size, MintKind) ? error : InstructionErrorKind.InvalidAccountData;
    }

    /// <summary>The extensions behind a mint or an account; empty where there are none.</summary>
    public static ReadOnlySpan<byte> ExtensionsOf(ReadOnlySpan<byte> data) => data.Length > TokenAccount.Size ? data[(TokenAccount.Size + 1)..] : [];

    private static bool HasLength(ReadOnlySpan<byte> data, int size) => data.Length >= size && data.Length != TokenMultisig.Size;

    private static bool IsKind(ReadOnlySpan<byte> data, int size, byte kind) => data.Length == size
        || (data.Length > TokenAccount.Size && data[TokenAccount.Size] == kind && !data[size..TokenAccount.Size].ContainsAnyExcept((byte)0));
}
