using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Sends ordinary transactions and waits until they are durable.</summary>
internal sealed class DurableSender(ChainView chain, TransactionQueue queue, TimeSpan timeout)
{
    /// <summary>Sends one transaction; the first signer pays.</summary>
    /// <param name="step">What messages call it.</param>
    /// <param name="signers">All signers, the fee payer first.</param>
    /// <param name="instructions">What it does.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="DemoException">It was refused, failed, or was not durable in time.</exception>
    internal async Task SendAsync(
        string step, Keypair[] signers, Instruction[] instructions, CancellationToken cancellation)
    {
        var builder = new TransactionBuilder(signers[0].PublicKey).WithBlockhash(chain.Tip.Hash);
        foreach (Instruction instruction in instructions)
            builder.Add(instruction);
        CompiledMessage message = builder.CompileMessage();
        byte[] transaction = message.Sign(signers);
        Signature id = signers[0].Sign(message.Bytes);

        TransactionRecord record = await SubmitAsync(step, transaction, id, cancellation);
        if (record.Error.IsError)
            throw new DemoException($"Demo step '{step}' failed: {record.Error}. Log: {string.Join(" | ", record.LogLines)}");
    }

    private async Task<TransactionRecord> SubmitAsync(
        string step, byte[] transaction, Signature id, CancellationToken cancellation)
    {
        var durable = new TaskCompletionSource<TransactionRecord>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(Block block)
        {
            for (int i = 0; i < block.Records.Count; i++)
            {
                if (block.Records.View(i).Id == id)
                    durable.TrySetResult(block.Records[i]);
            }
        }

        // Before it is submitted, so that its block cannot pass unseen.
        chain.BlockPublished += Look;
        try
        {
            if (!queue.TrySubmit(transaction, MonotonicClock.NowNanos))
                throw new DemoException($"Demo step '{step}' was refused: the transaction queue is full or closed.");
            return await durable.Task.WaitAsync(timeout, cancellation);
        }
        catch (TimeoutException)
        {
            throw new DemoException(
                $"Demo step '{step}' was not durable within {timeout.TotalSeconds} s: transaction {id} is in no block.");
        }
        finally
        {
            chain.BlockPublished -= Look;
        }
    }
}
