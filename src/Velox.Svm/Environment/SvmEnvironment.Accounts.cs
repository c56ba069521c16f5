using System.Security.Cryptography;
using Velox.Cryptography;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>Accounts of the environment.</summary>
public sealed partial class SvmEnvironment
{
    /// <summary>Most lamports that one <see cref="Airdrop"/> gives: 500 million SOL.</summary>
    public const ulong MaxAirdropLamports = Genesis.DefaultFaucetLamports;

    /// <summary>Lamports of a SOL.</summary>
    public const ulong LamportsPerSol = 1_000_000_000;

    private int _nextKey;

    /// <summary>Accounts that exist, builtin programs and sysvars included.</summary>
    public int AccountCount => SealedView().Count;

    /// <summary>A copy of an account; null where it does not exist.</summary>
    public SvmAccount? GetAccount(Address address) => _accounts.Find(address) is { } account ? SvmAccount.Of(account) : null;

    /// <summary>An account's lamports; 0 where it does not exist.</summary>
    public ulong GetBalance(Address address) => _accounts.Find(address)?.Lamports ?? 0;

    /// <summary>
    /// Makes an account what is asked for, or replaces it: nothing is checked but the size, so an account may also be below its
    /// rent-exempt minimum (<see cref="Rent.MinimumBalance"/>). One without lamports is removed.
    /// </summary>
    /// <remarks>Programs are put in by <see cref="AddProgram"/>, which checks the ELF; here it fails when it is called.</remarks>
    /// <exception cref="ArgumentException">
    /// The address is a sysvar's (see <see cref="SetSysvar"/>), or the data is longer than 10 MiB.
    /// </exception>
    public void SetAccount(Address address, SvmAccount account)
    {
        ArgumentNullException.ThrowIfNull(account);
        if (SvmSysvars.IsSysvar(address))
            throw new ArgumentException($"{address} is a sysvar: use SetSysvar, or Clock for the clock.", nameof(address));
        CheckDataLength(account.Data.Length, nameof(account));
        Write(address, account);
    }

    /// <summary>Removes an account; nothing happens where it does not exist.</summary>
    /// <exception cref="ArgumentException">The address is a sysvar's.</exception>
    public void RemoveAccount(Address address) => SetAccount(address, new SvmAccount(0, ProgramIds.System));

    /// <summary>Gives an account lamports from nowhere; one that does not exist yet becomes a wallet.</summary>
    /// <param name="address">Any account but a sysvar.</param>
    /// <param name="lamports">At most <see cref="MaxAirdropLamports"/>, and the balance stays below 2^64.</param>
    /// <exception cref="ArgumentOutOfRangeException">Too many lamports.</exception>
    public void Airdrop(Address address, ulong lamports)
    {
        if (SvmSysvars.IsSysvar(address))
            throw new ArgumentException($"{address} is a sysvar.", nameof(address));
        if (lamports > MaxAirdropLamports)
        {
            throw new ArgumentOutOfRangeException(
                nameof(lamports), lamports, $"lamports is at most {MaxAirdropLamports} in one airdrop.");
        }

        ulong balance = GetBalance(address);
        if (lamports > ulong.MaxValue - balance)
        {
            throw new ArgumentOutOfRangeException(
                nameof(lamports), lamports, $"lamports is at most {ulong.MaxValue - balance} here: the balance is {balance} and stays below 2^64.");
        }

        Account account = _accounts.GetOrCreate(address);
        account.Lamports += lamports;
        MarkChanged(account);
    }

    /// <summary>A key pair with lamports. It is the same in every environment that made as many before: runs repeat.</summary>
    /// <param name="lamports">As for <see cref="Airdrop"/>; 10 SOL unless said otherwise.</param>
    public Keypair NewFunded(ulong lamports = 10 * LamportsPerSol)
    {
        Keypair pair = NewKeypair();
        Airdrop(pair.PublicKey, lamports);
        return pair;
    }

    /// <summary>A key pair without an account. It is the same in every environment that made as many before.</summary>
    public Keypair NewKeypair()
    {
        Span<byte> seed = stackalloc byte[32];
        SHA256.HashData([.. "velox-svm-environment"u8, .. BitConverter.GetBytes(_nextKey++)], seed);
        return Keypair.FromSeed(seed);
    }

    /// <summary>The accounts that a program owns, in address order. Looks at every account.</summary>
    public IReadOnlyList<KeyValuePair<Address, SvmAccount>> GetProgramAccounts(Address owner) =>
        Array.ConvertAll(_accounts.FindByOwner(owner), address => KeyValuePair.Create(address, GetAccount(address)!));

    private static void CheckDataLength(int length, string name)
    {
        if (length > AccountHandle.MaxDataLength)
        {
            throw new ArgumentOutOfRangeException(
                name, length, $"The data is {length} bytes: at most {AccountHandle.MaxDataLength} is allowed.");
        }
    }

    private Account Write(Address address, SvmAccount content)
    {
        Account account = _accounts.GetOrCreate(address);
        content.WriteTo(account);
        MarkChanged(account);
        return account;
    }
}
