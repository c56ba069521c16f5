using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// The keys of a chain's operator, kept in the ledger directory as Solana keypair files of mode 0600.
/// </summary>
/// <param name="Faucet">Holds the initial supply.</param>
/// <param name="Identity">The block producer.</param>
public sealed record NodeKeys(Keypair Faucet, Keypair Identity)
{
    private const string FaucetRole = "faucet";
    private const string IdentityRole = "identity";

    /// <summary>Every role that a chain may have a key for, the demo's included.</summary>
    public static IEnumerable<string> Roles => [FaucetRole, IdentityRole, .. DemoKeys.Roles];

    /// <summary>The keys of a new chain; those that a broken-off start left behind are used again.</summary>
    public static NodeKeys Create(LedgerDirectory directory) =>
        new(LoadOrCreate(directory, FaucetRole), LoadOrCreate(directory, IdentityRole));

    /// <summary>The keys of an existing chain.</summary>
    /// <exception cref="LedgerException">MissingKey or OtherGenesis.</exception>
    public static NodeKeys Load(LedgerDirectory directory, Genesis genesis) => new(
        Load(directory, FaucetRole, genesis.Faucet), Load(directory, IdentityRole, genesis.Identity));

    /// <summary>Any further key of the chain; made on first use.</summary>
    public static Keypair LoadOrCreate(LedgerDirectory directory, string role)
    {
        string path = directory.KeyPath(role);
        if (File.Exists(path))
            return Read(path);

        var keypair = Keypair.Generate();
        KeypairFile.Save(path, keypair);
        return keypair;
    }

    private static Keypair Load(LedgerDirectory directory, string role, Address expected)
    {
        string path = directory.KeyPath(role);
        Keypair keypair = Read(path);
        return keypair.PublicKey == expected ? keypair : throw new LedgerException(
            LedgerFault.OtherGenesis,
            $"'{path}' is the key {keypair.PublicKey}, "
            + $"but the genesis of this ledger names {expected} as its {role}. {JournalScan.Remedy}");
    }

    private static Keypair Read(string path)
    {
        try
        {
            return KeypairFile.Load(path);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw new LedgerException(
                LedgerFault.MissingKey,
                $"The ledger's key cannot be read: {exception.Message} {JournalScan.Remedy}",
                exception);
        }
    }
}
