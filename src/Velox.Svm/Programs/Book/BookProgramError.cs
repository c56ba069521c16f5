namespace Velox.Svm;

/// <summary>
/// Custom error codes of the book program beside those of <see cref="OrderBook.BookError"/>, which are below 1,000.
/// </summary>
/// <remarks>Part of the public contract: never renumber.</remarks>
public enum BookProgramError : uint
{
    /// <summary>The vault account is not the market's vault of the asset.</summary>
    WrongVault = 1_000,

    /// <summary>The vault authority account is not the address derived from "authority" and the market.</summary>
    WrongVaultAuthority = 1_001,

    /// <summary>Base mint and quote mint are the same account.</summary>
    EqualMints = 1_002,

    /// <summary>The source or destination token account is the vault itself.</summary>
    VaultAsTrader = 1_003,
}
