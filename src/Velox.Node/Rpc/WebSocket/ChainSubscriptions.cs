using Velox.Primitives;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// Each new slot: <c>parent</c>, <c>root</c>, <c>slot</c>. A published slot is durable, so it is its own root.
/// </summary>
internal sealed class SlotSubscription(WebSocketConnection connection, ulong id) : Subscription(connection, "slot", id)
{
    internal override void OnBlock(FeedBlock block) => Notify(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("parent"u8, block.Slot - 1);
        writer.WriteNumber("root"u8, block.Slot);
        writer.WriteNumber("slot"u8, block.Slot);
        writer.WriteEndObject();
    });
}

/// <summary>Each new root's number.</summary>
internal sealed class RootSubscription(WebSocketConnection connection, ulong id) : Subscription(connection, "root", id)
{
    internal override void OnBlock(FeedBlock block) => Notify(writer => writer.WriteNumberValue(block.Slot));
}

/// <summary>Each change of one account.</summary>
internal sealed class AccountSubscription(
    WebSocketConnection connection, ulong id, Address address, AccountFormat format, PublishedState state)
    : Subscription(connection, "account", id)
{
    internal override void OnBlock(FeedBlock block)
    {
        if (block.FindChanged(address) is { } account)
            Notify(block.Slot, writer => writer.WriteAccount(account, format, state));
    }
}

/// <summary>Each change of each account of a program that passes the filters.</summary>
internal sealed class ProgramSubscription(
    WebSocketConnection connection, ulong id, Address program, List<AccountFilter> filters, AccountFormat format,
    PublishedState state)
    : Subscription(connection, "program", id)
{
    internal override void OnBlock(FeedBlock block)
    {
        foreach (AccountSnapshot account in block.Changed)
        {
            if (account.Owner == program && filters.TrueForAll(filter => filter.Matches(account)))
                Notify(block.Slot, writer => writer.WriteKeyedAccount(account, format, state));
        }
    }
}

/// <summary>The logs of each transaction, or of those that name an account.</summary>
internal sealed class LogsSubscription(WebSocketConnection connection, ulong id, Address? mentioned)
    : Subscription(connection, "logs", id)
{
    internal override void OnBlock(FeedBlock block)
    {
        for (int i = 0; i < block.Records.Count; i++)
        {
            RecordView record = block.Records.View(i);
            if (mentioned is null || record.Names(mentioned.Value))
                Notify(block.Slot, record.ToRecord());
        }
    }

    private void Notify(ulong slot, TransactionRecord record) => Notify(slot, writer =>
    {
        writer.WriteStartObject();
        writer.WritePropertyName("err"u8);
        writer.WriteError(record.Error);
        writer.WriteStartArray("logs"u8);
        foreach (string line in record.LogLines)
            writer.WriteStringValue(line);
        writer.WriteEndArray();
        writer.WriteString("signature"u8, record.Id.ToString());
        writer.WriteEndObject();
    });
}

/// <summary>The outcome of one transaction, at once when it is known already; then the subscription is over.</summary>
internal sealed class SignatureSubscription(WebSocketConnection connection, ulong id, Signature signature)
    : Subscription(connection, "signature", id)
{
    internal override void OnStart(ChainView chain)
    {
        if (chain.History.FindTransaction(signature) is { } transaction)
            Finish(transaction.Slot, transaction.View.Error);
    }

    internal override void OnBlock(FeedBlock block)
    {
        if (block.FindOutcome(signature) is { } error)
            Finish(block.Slot, error);
    }

    private void Finish(ulong slot, TransactionError error)
    {
        // Forgotten first: a client that has the outcome finds no subscription any more.
        Connection.Forget(this);
        Notify(slot, writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("err"u8);
            writer.WriteError(error);
            writer.WriteEndObject();
        });
    }
}
