using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>The accounts of one transaction in key order, with what it may do to each.</summary>
/// <remarks>Serves one transaction after the other, as its <see cref="AccessSet"/> does.</remarks>
public sealed class TransactionAccounts
{
    private Account?[] _programData = [];
    private bool _hasProgramData;

    /// <param name="accounts">In key order; kept.</param>
    /// <param name="signers">Whether each signed.</param>
    /// <param name="writables">Whether each is locked for writing.</param>
    public TransactionAccounts(Account[] accounts, bool[] signers, bool[] writables)
        : this(new AccessSet(Array.ConvertAll(accounts, account => account.Address), signers, writables), accounts)
    {
    }

    internal TransactionAccounts(AccessSet keys)
        : this(keys, [])
    {
    }

    internal TransactionAccounts(AccessSet keys, Account[] accounts)
    {
        Keys = keys;
        Accounts = accounts;
    }

    /// <summary>Their addresses and rights.</summary>
    public AccessSet Keys { get; }

    /// <summary>The live accounts, the first <see cref="Count"/> of these; an absent one is an empty placeholder.</summary>
    public Account[] Accounts { get; private set; }

    public int Count => Keys.Count;

    /// <summary>Whether each signed.</summary>
    public ReadOnlySpan<bool> Signers => Keys.Signers;

    /// <summary>Whether each is locked for writing (after reserved keys and called programs were demoted).</summary>
    public ReadOnlySpan<bool> Writables => Keys.Writables;

    /// <summary>The position of an address, or -1.</summary>
    public int IndexOf(Address address) => Keys.IndexOf(in address);

    /// <summary>
    /// If that account is a program of the upgradeable loader: the account with its code, which need not be among the transaction's own;
    /// null where it has none.
    /// </summary>
    public Account? ProgramData(int index) => _hasProgramData ? _programData[index] : null;

    /// <summary>Whether one of them is a program of the upgradeable loader.</summary>
    internal bool HasProgramData => _hasProgramData;

    /// <summary>Makes room for an account for each key; the accounts there are of no use.</summary>
    internal void MakeRoom()
    {
        _hasProgramData = false;
        if (Accounts.Length < Count)
            Accounts = new Account[Math.Max(8, Math.Max(Count, 2 * Accounts.Length))];
    }

    /// <summary>Looks the accounts up, from the live state or from a snapshot.</summary>
    /// <param name="find">The account, or an empty one.</param>
    /// <param name="findExisting">The account, or null where it does not exist.</param>
    internal void Load(Func<Address, Account> find, Func<Address, Account?> findExisting)
    {
        MakeRoom();
        ReadOnlySpan<Address> addresses = Keys.Addresses;
        for (int i = 0; i < addresses.Length; i++)
            Accounts[i] = find(addresses[i]);
        FindProgramData(findExisting);
    }

    /// <summary>Finds the code accounts of the programs among these accounts, as they are before the transaction runs.</summary>
    /// <param name="find">Finds an account that exists; null otherwise.</param>
    internal void FindProgramData(Func<Address, Account?> find)
    {
        _hasProgramData = false;
        for (int i = 0; i < Count; i++)
        {
            Account account = Accounts[i];
            if (account.IsOwnedBy(in ProgramIds.BpfLoaderUpgradeable) && UpgradeableState.TryReadProgram(account.Data.Bytes, out Address code))
                SetProgramData(i, find(code));
        }
    }

    /// <summary>The same keys and programs with other accounts.</summary>
    internal TransactionAccounts With(Account[] accounts) => new(Keys, accounts)
    {
        _programData = _programData,
        _hasProgramData = _hasProgramData,
    };

    private void SetProgramData(int index, Account? code)
    {
        if (_programData.Length < Count)
            _programData = new Account?[Accounts.Length];
        if (!_hasProgramData)
            _programData.AsSpan().Clear();
        _hasProgramData = true;
        _programData[index] = code;
    }
}
