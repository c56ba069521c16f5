using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>How a flow's blocks are put through a bank.</summary>
/// <param name="Workers">Threads.</param>
/// <param name="MaxBatch">Most transactions in a batch, of random length up to it; <see cref="int.MaxValue"/> for one batch a block.</param>
/// <param name="Ahead">How many batches are handed in before the oldest is executed, also across blocks; 0 for none.</param>
/// <param name="ReusesObjects">Whether transactions' objects serve again.</param>
internal readonly record struct FlowWay(int Workers, int MaxBatch, int Ahead = 0, bool ReusesObjects = false);

/// <summary>Puts a flow through a new bank, looks at the ledger after every batch, and writes down all that can be seen of it.</summary>
internal sealed class FlowRunner
{
    private readonly Flow _flow;
    private readonly FlowWay _way;
    private readonly TestBank _bank;
    private readonly Ledger _ledger;
    private readonly Queue<(InFlightTransaction[] Batch, int Block)> _ahead = new();
    private readonly Stack<InFlightTransaction> _free = new();
    private readonly List<string> _lines = [];
    private int _open = -1;

    private FlowRunner(Flow flow, FlowWay way)
    {
        _flow = flow;
        _way = way;
        _bank = flow.NewBank(way.Workers);
        _ledger = new Ledger(_bank.Bank, _bank.Identity);
    }

    private string Where => $"{_flow.Name}, {_way}, block {_open}";

    internal static string[] Run(Flow flow, FlowWay way, int seed)
    {
        var runner = new FlowRunner(flow, way);
        foreach ((byte[][] transactions, int block) in runner.Cut(new Random(seed)))
            runner.Add(transactions, block);
        while (runner._ahead.Count > 0)
            runner.ExecuteOldest();
        while (runner._open < flow.Blocks.Count - 1)
            runner.OpenNext();
        runner.EndBlock();
        return [.. runner._lines];
    }

    /// <summary>Runs a flow in other ways, all of which must show the same.</summary>
    internal static void MustEqual(Flow flow, string[] expected, IEnumerable<FlowWay> ways, int seed)
    {
        foreach (FlowWay way in ways)
        {
            string[] actual = Run(flow, way, seed);
            int first = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
            Assert.True(
                first == expected.Length && first == actual.Length,
                $"{flow.Name}, {way}: line {first}:\n{expected.ElementAtOrDefault(first)}\n{actual.ElementAtOrDefault(first)}");
        }
    }

    private IEnumerable<(byte[][] Transactions, int Block)> Cut(Random random)
    {
        for (int block = 0; block < _flow.Blocks.Count; block++)
        {
            byte[][] transactions = _flow.Blocks[block].Transactions;
            for (int start = 0; start < transactions.Length;)
            {
                int most = Math.Min(transactions.Length - start, _way.MaxBatch);
                int length = _way.MaxBatch == int.MaxValue ? most : random.Next(1, most + 1);
                yield return (transactions[start..(start + length)], block);
                start += length;
            }

            // Batches of nothing are batches, too.
            if (random.Next(4) == 0)
                yield return ([], block);
        }
    }

    private void Add(byte[][] transactions, int block)
    {
        if (_way.Ahead > 0 && _ahead.Count == _way.Ahead)
            ExecuteOldest();
        InFlightTransaction[] batch = Array.ConvertAll(transactions, NewTransaction);
        if (_way.Ahead > 0)
            Assert.True(_bank.Bank.TrySubmit(batch, _flow.ChecksSignatures), $"{Where}: a batch was not taken");
        _ahead.Enqueue((batch, block));
        if (_way.Ahead == 0)
            ExecuteOldest();
    }

    private void ExecuteOldest()
    {
        (InFlightTransaction[] batch, int block) = _ahead.Dequeue();
        while (_open < block)
            OpenNext();
        var failures = new FailureCheck(_bank.Bank, batch);
        if (_way.Ahead == 0 && _flow.ChecksSignatures)
            _bank.Bank.Verify(batch);
        else if (_way.Ahead == 0)
            _bank.Bank.Decode(batch);
        _bank.Bank.Execute(batch);
        failures.After(batch, Where);
        _ledger.AfterBatch(batch, Where);
        _lines.AddRange(batch.Select(Describe));
        if (_way.ReusesObjects)
            Array.ForEach(batch, _free.Push);
    }

    private void OpenNext()
    {
        if (_open >= 0)
            EndBlock();
        _open++;
        foreach ((Address address, Differential.AccountState state) in _flow.Blocks[_open].Accounts)
            FamilyFlow.Set(_bank.Bank, address, state);
        _ledger.Expect(_flow.Blocks[_open].Accounts.Select(account => account.Address));
        _bank.OpenBlock();
    }

    private void EndBlock()
    {
        ulong before = _ledger.LamportsOf(_bank.Identity);
        Block block = _bank.Bank.EndBlock();
        _ledger.AfterBlock(block, before, Where);
        _lines.Add($"block {block.Header.Slot} {block.Hash} {block.Header.StateRoot}");
        _lines.AddRange(block.Records.Select(record => $"record {record.Id}"));
    }

    private InFlightTransaction NewTransaction(byte[] bytes)
    {
        if (!_free.TryPop(out InFlightTransaction? transaction))
            return new InFlightTransaction(bytes);
        transaction.Reset(bytes);
        return transaction;
    }

    private static string Describe(InFlightTransaction transaction) => transaction.Record is not { } record
        ? $"rejected: {transaction.Rejection}"
        : $"{record.Id} {record.Error} {record.Fee} {record.PriorityFee} {record.ComputeUnitsConsumed} "
            + $"{string.Join(',', record.AccountKeys)} {string.Join(',', record.PreBalances)} {string.Join(',', record.PostBalances)} "
            + $"{string.Join(',', record.PreTokenBalances)} {string.Join(',', record.PostTokenBalances)} "
            + $"{record.ReturnData?.ProgramId} {Convert.ToHexString(record.ReturnData?.Data ?? [])} "
            + $"{string.Join(',', record.MarketEvents)} {string.Join(',', record.InnerInstructions.Select(Describe))} "
            + $"{string.Join('|', record.LogLines)}";

    private static string Describe(InnerInstruction call) =>
        $"{call.TopLevelIndex}/{call.StackHeight}/{call.ProgramIndex}/{Convert.ToHexString(call.AccountIndexes)}/{Convert.ToHexString(call.Data)}";
}
