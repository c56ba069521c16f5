using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What a message says by itself of its budget and its accounts: stage 1's workers read it side by side.</summary>
internal sealed class MessageReading
{
    private MessageReading(TransactionError requestError, ComputeBudgetRequest request, AccessSet? keys, bool hasRepeatedKey)
    {
        RequestError = requestError;
        Request = request;
        Keys = keys;
        HasRepeatedKey = hasRepeatedKey;
    }

    /// <summary>A malformed or repeated compute budget instruction.</summary>
    internal TransactionError RequestError { get; }

    internal ComputeBudgetRequest Request { get; }

    /// <summary>The accounts; null where lookup tables, which are state, name some of them.</summary>
    internal AccessSet? Keys { get; }

    /// <summary>Whether one of <see cref="Keys"/> stands there twice.</summary>
    internal bool HasRepeatedKey { get; }

    internal static MessageReading Of(in TransactionView view)
    {
        TransactionError error = ComputeBudgetRequest.TryRead(in view, out ComputeBudgetRequest request);
        if (error.IsError || view.LookupCount > 0)
            return new MessageReading(error, request, null, false);
        var addresses = new Address[view.StaticKeyCount];
        for (int i = 0; i < addresses.Length; i++)
            addresses[i] = view.StaticKey(i);
        return new MessageReading(error, request, AccessSet.Of(in view, addresses), AccessSet.HasRepeated(addresses));
    }
}
