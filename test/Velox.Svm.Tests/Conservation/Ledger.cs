using System.Buffers.Binary;
using Velox.OrderBook;
using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>
/// What a bank's accounts hold together: lamports, tokens of each mint, atoms of each market. After every batch nothing may have come
/// or gone but the fees that the batch's records state.
/// </summary>
/// <remarks>
/// It knows the accounts of the genesis, those that records name, and those that blocks changed. An account that a batch changed without
/// a record naming it shows at the end of the block.
/// </remarks>
internal sealed class Ledger
{
    private readonly Bank _bank;
    private readonly HashSet<Address> _addresses;
    private readonly Address _identity;

    // As of the last look, with the fees of the open block taken off.
    private UInt128 _lamports;
    private Dictionary<Address, Int128> _excess = [];

    /// <param name="bank">With no block open.</param>
    /// <param name="identity">Who receives fees.</param>
    internal Ledger(Bank bank, Address identity)
    {
        _bank = bank;
        _identity = identity;
        _addresses = [.. bank.GenesisSeal.Changed.Select(account => account.Address)];
        Look();
    }

    /// <summary>Takes over what the test itself put into an account. No block is open.</summary>
    internal void Expect(IEnumerable<Address> changedFromOutside)
    {
        _addresses.UnionWith(changedFromOutside);
        Look();
    }

    /// <summary>A batch has been executed.</summary>
    internal void AfterBatch(IEnumerable<InFlightTransaction> batch, string where)
    {
        foreach (InFlightTransaction transaction in batch.Where(transaction => transaction.IsRecorded))
        {
            RecordView record = transaction.RecordView;
            _lamports -= record.Fee;
            for (int i = 0; i < record.AccountCount; i++)
                _addresses.Add(record.AccountKey(i));
        }

        Check(where);
    }

    /// <summary>A block has ended: half of the signature fees is gone, the rest and the priority fees are the identity's, if it may have them.</summary>
    /// <param name="block">The block.</param>
    /// <param name="identityBefore">What the identity had before the block ended.</param>
    /// <param name="where">For messages.</param>
    internal void AfterBlock(Block block, ulong identityBefore, string where)
    {
        ulong fees = block.Records.Aggregate(0UL, (sum, record) => sum + record.Fee);
        ulong priority = block.Records.Aggregate(0UL, (sum, record) => sum + record.PriorityFee);
        ulong share = fees - priority - ((fees - priority) / 2) + priority;
        ulong paid = LamportsOf(_identity) - identityBefore;
        Assert.True(paid == share || paid == 0, $"{where}: {paid} lamports to the identity, its share is {share}");
        _lamports += paid;
        _addresses.UnionWith(block.Changed.Select(account => account.Address));
        Check(where);
    }

    internal ulong LamportsOf(Address address) => _bank.Accounts.Find(address)?.Lamports ?? 0;

    private void Check(string where)
    {
        UInt128 expected = _lamports;
        Dictionary<Address, Int128> excess = _excess;
        Look();
        Assert.True(_lamports == expected, $"{where}: {_lamports} lamports, there should be {expected}");
        foreach (Address mint in _excess.Keys.Union(excess.Keys))
        {
            Int128 difference = _excess.GetValueOrDefault(mint) - excess.GetValueOrDefault(mint);
            Assert.True(difference == 0, $"{where}: of mint {mint} {difference} more are in accounts than its supply tells");
        }

        foreach (Account market in Accounts(ProgramIds.Book))
            CheckMarket(market, where);
    }

    private void Look()
    {
        _lamports = 0;
        foreach (Address address in _addresses)
            _lamports += LamportsOf(address);
        _excess = [];
        foreach (Account account in Accounts(ProgramIds.Token).Concat(Accounts(ProgramIds.Token2022)))
            AddTokens(account);
    }

    private IEnumerable<Account> Accounts(Address owner) =>
        _addresses.Select(_bank.Accounts.Find).OfType<Account>().Where(account => account.Exists && account.Owner == owner);

    /// <summary>Amounts of accounts are for a mint's excess, its supply against it. Wrapped SOL has no supply: its accounts hold lamports.</summary>
    private void AddTokens(Account account)
    {
        ReadOnlySpan<byte> data = account.Data.Bytes;
        if (TokenLayout.IsMint(data))
        {
            _excess[account.Address] = _excess.GetValueOrDefault(account.Address) - TokenLayout.Supply(data);
        }
        else if (TokenLayout.IsAccount(data))
        {
            var mint = new Address(data[..Address.Size]);
            if (TokenLayout.IsNative(data))
                return;
            _excess[mint] = _excess.GetValueOrDefault(mint) + TokenLayout.Amount(data);
        }
    }

    /// <summary>The vaults hold what seats have, free and locked, and fees: never less; more only where somebody sent tokens to them.</summary>
    private void CheckMarket(Account account, string where)
    {
        if (Market.TryOpen(account.Data, out Market market) != BookError.None)
            return;
        Assert.True(market.CheckInvariants(out string detail) == BookError.None, $"{where}: market {account.Address}: {detail}");
        UInt128 baseAtoms = market.Header.FeesBase;
        UInt128 quoteAtoms = market.Header.FeesQuote;
        for (uint i = 0; market.TryGetSeat(i, out SeatNode seat); i++)
        {
            baseAtoms += (UInt128)seat.BaseFree + seat.BaseLocked;
            quoteAtoms += (UInt128)seat.QuoteFree + seat.QuoteLocked;
        }

        CheckVault(account.Address, market.Header.BaseMint, baseAtoms, where);
        CheckVault(account.Address, market.Header.QuoteMint, quoteAtoms, where);
    }

    private void CheckVault(Address market, Address mint, UInt128 owed, string where)
    {
        Account? vault = _bank.Accounts.Find(BookAddresses.Vault(market, mint));
        Assert.NotNull(vault);
        ulong held = TokenLayout.Amount(vault.Data.Bytes);
        Assert.True(held == owed, $"{where}: seats and fees of market {market} are {owed} of {mint}, the vault holds {held}");
    }
}

/// <summary>Mints and accounts of SPL Token, and of Token-2022 with or without extensions.</summary>
internal static class TokenLayout
{
    private const int MintSize = 82;
    private const int AccountSize = 165;
    private const int MultisigSize = 355;
    private const int AccountStateOffset = 108;

    /// <summary>What has extensions is longer than an account and says here what it is: 1 a mint, 2 an account.</summary>
    private const int TypeOffset = 165;

    internal static bool IsMint(ReadOnlySpan<byte> data) =>
        (data.Length == MintSize || IsExtended(data, 1)) && data[45] != 0;

    internal static bool IsAccount(ReadOnlySpan<byte> data) =>
        (data.Length == AccountSize || IsExtended(data, 2)) && data[AccountStateOffset] != 0;

    internal static ulong Supply(ReadOnlySpan<byte> mint) => BinaryPrimitives.ReadUInt64LittleEndian(mint[36..]);

    internal static ulong Amount(ReadOnlySpan<byte> account) => BinaryPrimitives.ReadUInt64LittleEndian(account[64..]);

    internal static bool IsNative(ReadOnlySpan<byte> account) => BinaryPrimitives.ReadUInt32LittleEndian(account[109..]) == 1;

    private static bool IsExtended(ReadOnlySpan<byte> data, byte type) =>
        data.Length > TypeOffset && data.Length != MultisigSize && data[TypeOffset] == type;
}
