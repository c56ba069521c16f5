namespace Velox.Svm.Tests;

/// <summary>Runs blocks in random batches and writes down everything that clients and other nodes could see.</summary>
internal static class FlowRun
{
    /// <param name="bank">A new bank.</param>
    /// <param name="blocks">Transactions by block.</param>
    /// <param name="random">Where batches end.</param>
    /// <param name="maxBatch">Most transactions in a batch; <see cref="int.MaxValue"/> for one batch a block.</param>
    internal static string[] Describe(TestBank bank, IEnumerable<byte[][]> blocks, Random random, int maxBatch)
    {
        var lines = new List<string>();
        foreach (byte[][] transactions in blocks)
        {
            SendResult[] results = bank.SendBlock(Split(transactions, random, maxBatch));
            lines.Add($"{bank.Bank.Slot} {bank.Bank.LastHash} {bank.Bank.StateRoot}");
            lines.AddRange(results.Select(Describe));
        }

        return [.. lines];
    }

    private static IEnumerable<byte[][]> Split(byte[][] transactions, Random random, int maxBatch)
    {
        for (int start = 0; start < transactions.Length;)
        {
            int length = (int)Math.Min(
                transactions.Length - start, maxBatch == int.MaxValue ? maxBatch : random.Next(1, maxBatch + 1));
            yield return transactions[start..(start + length)];
            start += length;
        }
    }

    private static string Describe(SendResult result) => result.Record is not { } record
        ? $"rejected: {result.Rejection}"
        : $"{record.Id} {record.Error} {record.Fee} {record.ComputeUnitsConsumed} "
            + $"[{string.Join(',', record.PreBalances)}] [{string.Join(',', record.PostBalances)}] "
            + $"{Convert.ToHexString(record.ReturnData?.Data ?? [])} "
            + $"{string.Join(',', record.MarketEvents.Select(item => item.Event.Sequence))} "
            + $"{string.Join('|', record.LogLines)}";
}
