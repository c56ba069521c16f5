using System.Globalization;
using System.Text;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>What became of a transaction, or in a simulation would have. Immutable.</summary>
/// <example>
/// <code>
/// SvmResult result = environment.Send(instruction, payer);
/// Assert.True(result.IsSuccess, result.ToString());
/// Assert.Equal(4_200ul, result.UnitsConsumed);
/// </code>
/// </example>
public sealed class SvmResult
{
    private SvmResult(InFlightTransaction transaction, ulong slot)
    {
        Slot = slot;
        Record = transaction.Record;
        Error = Record?.Error ?? transaction.Rejection;
        Id = transaction.Id;
        WireError = transaction.WireError;
        PostAccounts = Record is null ? [] : CopyWritable(transaction.Accounts!);
    }

    /// <summary>What failed; no error where nothing did.</summary>
    public TransactionError Error { get; }

    /// <summary>Whether it succeeded.</summary>
    public bool IsSuccess => !Error.IsError;

    /// <summary>
    /// Whether a block would hold it: it succeeded, or failed after its fee was taken. Otherwise it was refused by the checks
    /// before (signature, blockhash, duplicate, fee payer, ...), and nothing changed.
    /// </summary>
    public bool IsRecorded => Record is not null;

    /// <summary>Its first signature; zero where the bytes were no transaction.</summary>
    public Signature Id { get; }

    /// <summary>What is wrong with the bytes, where that is why it was refused.</summary>
    public WireError WireError { get; }

    /// <summary>The slot in which it ran.</summary>
    public ulong Slot { get; }

    /// <summary>The log, as Solana's clients show it.</summary>
    public IReadOnlyList<string> Logs => Record?.LogLines ?? [];

    /// <summary>Compute units that it used; those of precompiles and of nothing else are 0.</summary>
    public ulong UnitsConsumed => Record?.ComputeUnitsConsumed ?? 0;

    /// <summary>What the last program left, or null.</summary>
    public ReturnData? ReturnData => Record?.ReturnData;

    /// <summary>The calls that programs made, in order.</summary>
    public IReadOnlyList<InnerInstruction> InnerInstructions => Record?.InnerInstructions ?? [];

    /// <summary>Lamports taken from the fee payer, priority included.</summary>
    public ulong Fee => Record?.Fee ?? 0;

    /// <summary>
    /// The accounts that it might write, as it left them, in key order; null where one does not exist any more or still. A failed
    /// transaction left its fee payer with less. Empty where it is not recorded.
    /// </summary>
    public IReadOnlyList<KeyValuePair<Address, SvmAccount?>> PostAccounts { get; }

    /// <summary>All that a block would hold of it: balances before and after, token balances, keys. Null where it is not recorded.</summary>
    public TransactionRecord? Record { get; }

    /// <summary>The programs that ran, each with its calls, units and log; read from the log, so incomplete where that is truncated.</summary>
    public IReadOnlyList<ProgramCall> Calls => ProgramCall.Read(Logs);

    /// <summary>One of <see cref="PostAccounts"/>; null where it is not among them or does not exist.</summary>
    public SvmAccount? PostAccount(Address address) => PostAccounts.FirstOrDefault(pair => pair.Key == address).Value;

    /// <summary>This result, if the transaction succeeded.</summary>
    /// <exception cref="SvmTransactionException">It did not; the text is that of <see cref="ToString"/>.</exception>
    public SvmResult EnsureSuccess() => IsSuccess ? this : throw new SvmTransactionException(this);

    /// <summary>For the message of a test that fails: the error, units, fee, and the log.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(IsSuccess ? "Succeeded" : IsRecorded ? "Failed" : "Refused");
        if (Error.IsError)
            text.Append(": ").Append(Error);
        if (WireError != WireError.None)
            text.Append(" (").Append(WireError).Append(')');
        text.Append(CultureInfo.InvariantCulture, $"\nslot {Slot}, {UnitsConsumed} units, fee {Fee} lamports, id {Id}");
        foreach (string line in Logs)
            text.Append("\n  ").Append(line);
        return text.ToString();
    }

    internal static SvmResult Of(InFlightTransaction transaction, ulong slot) => new(transaction, slot);

    private static List<KeyValuePair<Address, SvmAccount?>> CopyWritable(TransactionAccounts accounts)
    {
        var copies = new List<KeyValuePair<Address, SvmAccount?>>();
        for (int i = 0; i < accounts.Count; i++)
        {
            Account account = accounts.Accounts[i];
            if (accounts.Writables[i])
                copies.Add(KeyValuePair.Create(account.Address, account.Exists ? SvmAccount.Of(account) : null));
        }

        return copies;
    }
}

/// <summary>A transaction failed where it should not have: <see cref="SvmResult.EnsureSuccess"/>.</summary>
/// <param name="result">What became of it.</param>
public sealed class SvmTransactionException(SvmResult result) : Exception(result.ToString())
{
    /// <summary>What became of it.</summary>
    public SvmResult Result { get; } = result;
}
