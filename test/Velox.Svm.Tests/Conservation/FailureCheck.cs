using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>
/// What a batch may not have changed: accounts that only failed and rejected transactions name are as before, but for fees and nonces.
/// </summary>
internal sealed class FailureCheck
{
    private readonly Bank _bank;
    private readonly Dictionary<Address, Image> _before = [];

    /// <summary>Notes the accounts that a batch names by itself, before it is executed.</summary>
    internal FailureCheck(Bank bank, IEnumerable<InFlightTransaction> batch)
    {
        _bank = bank;
        foreach (InFlightTransaction transaction in batch)
        {
            if (TransactionView.TryParse(transaction.Bytes, out TransactionView view) != WireError.None)
                continue;
            foreach (Address key in view.StaticKeys)
            {
                if (!_before.ContainsKey(key))
                    _before.Add(key, Image.Of(bank.Accounts.Find(key)));
            }
        }
    }

    internal void After(IEnumerable<InFlightTransaction> batch, string where)
    {
        var changed = new HashSet<Address>();
        var nonces = new HashSet<Address>();
        var fees = new Dictionary<Address, ulong>();
        foreach (InFlightTransaction transaction in batch.Where(transaction => transaction.IsRecorded))
        {
            RecordView record = transaction.RecordView;
            if (record.Error.IsError)
            {
                fees[record.AccountKey(0)] = fees.GetValueOrDefault(record.AccountKey(0)) + record.Fee;
                if (transaction.HasNonce)
                    nonces.Add(record.AccountKey(transaction.NonceIndex));
                continue;
            }

            for (int i = 0; i < record.AccountCount; i++)
                changed.Add(record.AccountKey(i));
        }

        foreach ((Address address, Image before) in _before)
        {
            if (changed.Contains(address))
                continue;
            Image after = Image.Of(_bank.Accounts.Find(address));
            Image expected = before with { Lamports = before.Lamports - fees.GetValueOrDefault(address) };
            if (nonces.Contains(address))
                expected = expected with { DataHash = after.DataHash };
            if (expected.Lamports == 0)
                expected = default;
            Assert.True(after == expected, $"{where}: {address} is {after}, it should be {expected}");
        }
    }

    private readonly record struct Image(ulong Lamports, Address Owner, bool Executable, int Length, int DataHash)
    {
        internal static Image Of(Account? account)
        {
            if (account is null || !account.Exists)
                return default;
            var hash = new HashCode();
            hash.AddBytes(account.Data.Bytes);
            return new Image(account.Lamports, account.Owner, account.Executable, account.DataLength, hash.ToHashCode());
        }
    }
}
