using Velox.Cryptography;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Svm.Tests;

/// <summary>A trader of a test market: key, session key, seat and token accounts derived from the key.</summary>
internal sealed record Trader(Keypair Key, Keypair Session, uint Seat)
{
    internal Address Address => Key.PublicKey;

    internal Address BaseAccount { get; } = TokenAccount(Key.PublicKey, "base");

    internal Address QuoteAccount { get; } = TokenAccount(Key.PublicKey, "quote");

    internal Address AccountOf(Asset asset) => asset == Asset.Base ? BaseAccount : QuoteAccount;

    /// <summary>Creates and initialises one of the token accounts; the trader pays and signs.</summary>
    internal IEnumerable<Instruction> CreateTokenAccount(string seed, Address mint)
    {
        Address account = TokenAccount(Address, seed);
        yield return SystemInstructions.CreateAccountWithSeed(
            Address, account, Address, seed, Rent.MinimumBalance(TokenInstructions.AccountSize),
            TokenInstructions.AccountSize, ProgramIds.Token);
        yield return TokenInstructions.InitializeAccount3(account, mint, Address);
    }

    private static Address TokenAccount(Address owner, string seed) =>
        ProgramDerivedAddress.CreateWithSeed(owner, seed, ProgramIds.Token);
}
