using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node.Tests;

/// <summary>Records as a bank writes them, of transactions whose ids and accounts the test chooses; signatures are not checked.</summary>
/// <param name="payer">The first account of every transaction.</param>
internal sealed class RecordedBlocks(Address payer)
{
    private readonly Bank _bank = new(new Genesis(0, payer, Genesis.DefaultFaucetLamports, payer), NativePrograms.CreateRegistry());

    /// <summary>The records of a block whose transactions read one account each.</summary>
    internal BlockRecords Next(IEnumerable<(Signature Id, Address Account)> transactions)
    {
        _bank.BeginBlock(0);
        InFlightTransaction[] batch = [.. transactions.Select(transaction => new InFlightTransaction(Bytes(transaction.Id, transaction.Account)))];
        _bank.Decode(batch);
        _bank.Execute(batch);
        return _bank.EndBlock().Records;
    }

    private byte[] Bytes(Signature id, Address account)
    {
        var read = new Instruction(ProgramIds.ComputeBudget, new[] { AccountMeta.Readonly(account) }, new byte[] { 2, 0, 0, 0, 0 });
        ReadOnlySpan<byte> message = new TransactionBuilder(payer).WithBlockhash(_bank.LastHash).Add(read).CompileMessage().Bytes;
        return [1, .. id.Span, .. message];
    }
}
