using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class TransactionIntakeTests
{
    private readonly TransactionQueue _queue = new();
    private readonly TestChain _chain = new();
    private readonly TransactionIntake _intake;

    public TransactionIntakeTests() => _intake = new TransactionIntake(_queue.Reader, _chain.Bank);

    [Fact]
    public void Cheap_transactions_go_on_together_and_in_their_order()
    {
        byte[][] submitted = [.. Enumerable.Range(0, 256).Select(_ => Submit(_chain.NewTransfer().Bytes))];

        Assert.Equal(submitted, TakeSlice());
        Assert.False(_intake.HasWaiting);
        Assert.Empty(TakeSlice());
    }

    [Fact]
    public void A_slice_asks_for_no_more_units_than_a_single_transaction_may()
    {
        Submit(_chain.NewTransfer().Bytes);
        Submit(_chain.SignExpensiveTransfer());
        Submit(_chain.SignExpensiveTransfer());
        byte[] malformed = Submit([1, 2, 3]);

        byte[][] first = TakeSlice();
        Assert.Same(malformed, first[0]); // it costs nothing
        Assert.Equal([2, 1, 1], [first.Length, TakeSlice().Length, TakeSlice().Length]);
        Assert.False(_intake.HasWaiting);
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

        List<long> verified = [];
        do
        {
            long before = _chain.Bank.Stages[0].Entered;
            TakeSlice();
            verified.Add(_chain.Bank.Stages[0].Entered - before);
        }
        while (_intake.HasWaiting);

        // 22 x 12 reaches 256; what claims more counts as the 12 that can be.
        Assert.Equal([.. Enumerable.Repeat(22L, 9), 234, 68], verified);
    }

    [Fact]
    public void A_full_block_takes_nothing_and_nothing_is_lost()
    {
        Submit(_chain.NewTransfer().Bytes);
        Submit(_chain.NewTransfer().Bytes);

        Assert.Empty(TakeSlice(0));
        Assert.Equal(0, _chain.Bank.Stages[0].Entered);
        Assert.Single(TakeSlice(1));
        Assert.True(_intake.HasWaiting);
        Assert.Single(TakeSlice(1));
    }

    [Fact]
    public void Who_pays_more_for_a_unit_goes_first_and_among_equals_who_came_first()
    {
        ulong[] prices = [0, 5, 1_000, 5, 0, 1_000];
        byte[][] submitted = [.. prices.Select(price => Submit(_chain.SignTransfer(price)))];

        int[] order = [2, 5, 1, 3, 0, 4];
        Assert.Equal(order.Select(index => submitted[index]), TakeSlice());
    }

    [Fact]
    public void All_that_waits_comes_out_once_however_much_there_is()
    {
        byte[][] submitted = [.. Enumerable.Range(0, 6_000).Select(number => Submit([(byte)(number % 3), 1, 2]))];

        List<byte[]> taken = [];
        while (_intake.HasWaiting || _queue.Count > 0)
            taken.AddRange(TakeSlice());

        Assert.Equal(submitted, taken);
    }

    [Fact]
    public void An_object_that_is_given_back_serves_the_next_transaction()
    {
        var slice = new List<InFlightTransaction>();
        var objects = new HashSet<InFlightTransaction>();
        for (int round = 0; round < 20; round++)
        {
            byte[][] submitted = [Submit(_chain.NewTransfer().Bytes), Submit([1, 2, 3]), Submit(_chain.NewTransfer().Bytes)];
            _intake.TakeSlice(slice, int.MaxValue);
            Assert.Equal([submitted[1], submitted[0], submitted[2]], slice.Select(transaction => transaction.Bytes));
            Assert.Equal([false, true, true], slice.Select(transaction => transaction.IsAlive));
            objects.UnionWith(slice);
            _intake.Release(slice);
        }

        Assert.Equal(3, objects.Count);
    }

    private byte[] Submit(byte[] bytes)
    {
        Assert.True(_queue.TrySubmit(bytes));
        return bytes;
    }

    private byte[][] TakeSlice(int max = int.MaxValue)
    {
        var slice = new List<InFlightTransaction>();
        _intake.TakeSlice(slice, max);
        byte[][] taken = [.. slice.Select(transaction => transaction.Bytes)];
        _intake.Release(slice);
        return taken;
    }
}
