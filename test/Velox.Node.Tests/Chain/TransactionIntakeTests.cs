using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class TransactionIntakeTests
{
    private readonly TransactionQueue _queue = new();
    private readonly TestChain _chain = new();
    private readonly List<int> _verifiedBatches = [];
    private readonly TransactionIntake _intake;

    public TransactionIntakeTests() => _intake = new TransactionIntake(_queue.Reader, batch =>
    {
        _verifiedBatches.Add(batch.Count);
        _chain.Bank.Verify(batch);
    });

    [Fact]
    public void Cheap_transactions_go_on_together_and_in_their_order()
    {
        InFlightTransaction[] submitted = [.. Enumerable.Range(0, 256).Select(_ => Submit(_chain.NewTransfer().Bytes))];

        Assert.Equal(submitted, TakeSlice());
        Assert.False(_intake.HasVerified);
        Assert.Empty(TakeSlice());
    }

    [Fact]
    public void A_slice_asks_for_no_more_units_than_a_single_transaction_may()
    {
        Submit(_chain.NewTransfer().Bytes);
        Submit(_chain.SignExpensiveTransfer());
        Submit(_chain.SignExpensiveTransfer());
        Submit([1, 2, 3]); // malformed: it costs nothing, so it goes along

        Assert.Equal([1, 1, 2], [TakeSlice().Count, TakeSlice().Count, TakeSlice().Count]);
        Assert.Equal([4], _verifiedBatches);
    }

    [Fact]
    public void A_step_of_verification_is_bounded_by_signatures()
    {
        // The first byte is the number of signatures; that nothing follows is for the parser to find.
        for (int i = 0; i < 100; i++)
            Submit([12]);
        for (int i = 0; i < 100; i++)
            Submit([255]);
        for (int i = 0; i < 300; i++)
            Submit([]);

        while (TakeSlice().Count > 0)
        {
        }

        // 22 x 12 reaches 256; what claims more counts as the 12 that can be.
        Assert.Equal([.. Enumerable.Repeat(22, 9), 234, 68, 0], _verifiedBatches);
    }

    [Fact]
    public void A_full_block_takes_nothing_and_nothing_is_lost()
    {
        Submit(_chain.NewTransfer().Bytes);
        Submit(_chain.NewTransfer().Bytes);

        Assert.Empty(TakeSlice(0));
        Assert.Empty(_verifiedBatches);
        Assert.Single(TakeSlice(1));
        Assert.True(_intake.HasVerified);
        Assert.Single(TakeSlice(1));
    }

    private InFlightTransaction Submit(byte[] bytes)
    {
        var transaction = new InFlightTransaction(bytes);
        Assert.True(_queue.TrySubmit(transaction));
        return transaction;
    }

    private List<InFlightTransaction> TakeSlice(int max = int.MaxValue)
    {
        var slice = new List<InFlightTransaction>();
        _intake.TakeSlice(slice, max);
        return slice;
    }
}
