using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>The demo's keys, kept in the ledger directory so that a restart finds the same market.</summary>
internal sealed record DemoKeys(
    Keypair BaseMint, Keypair QuoteMint, Keypair Market, Keypair Session, IReadOnlyList<Keypair> Traders)
{
    private const string BaseMintRole = "demo-base-mint";
    private const string QuoteMintRole = "demo-quote-mint";
    private const string MarketRole = "demo-market";
    private const string SessionRole = "demo-session";

    /// <summary>The roles of all keys that a demo of any size has.</summary>
    internal static IEnumerable<string> Roles =>
        [BaseMintRole, QuoteMintRole, MarketRole, SessionRole, .. TraderRoles(DemoOptions.MaxTraders)];

    internal Address BaseVault => BookAddresses.Vault(Market.PublicKey, BaseMint.PublicKey);

    internal Address QuoteVault => BookAddresses.Vault(Market.PublicKey, QuoteMint.PublicKey);

    internal static DemoKeys LoadOrCreate(LedgerDirectory directory, int traders) => new(
        NodeKeys.LoadOrCreate(directory, BaseMintRole),
        NodeKeys.LoadOrCreate(directory, QuoteMintRole),
        NodeKeys.LoadOrCreate(directory, MarketRole),
        NodeKeys.LoadOrCreate(directory, SessionRole),
        [.. TraderRoles(traders).Select(role => NodeKeys.LoadOrCreate(directory, role))]);

    /// <summary>A wallet's associated token account.</summary>
    internal static Address TokenAccount(Address wallet, Address mint)
    {
        AddressSeeds seeds = default;
        bool isGathered = seeds.TryAdd(wallet.Span) & seeds.TryAdd(ProgramIds.Token.Span) & seeds.TryAdd(mint.Span);
        return isGathered && ProgramDerivedAddress.TryFind(seeds, ProgramIds.AssociatedToken, out Address account, out _)
            ? account
            : throw new InvalidOperationException("No program derived address exists for these seeds.");
    }

    private static IEnumerable<string> TraderRoles(int traders) =>
        Enumerable.Range(0, traders).Select(i => $"demo-trader-{i}");
}
