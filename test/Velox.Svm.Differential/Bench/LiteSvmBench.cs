using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>CPU time of LiteSVM's process for a transaction, kind by kind.</summary>
/// <param name="peer">The process.</param>
/// <param name="count">Transactions of one measurement.</param>
internal sealed class LiteSvmBench(LiteSvmPeer peer, int count)
{
    private readonly BenchTransactions _transactions = new();

    /// <summary>Microseconds of CPU time, user and system, for one transaction; all must succeed.</summary>
    internal double Measure(string kind)
    {
        var options = new PeerOptions
        {
            CheckSignatures = kind == BenchTransactions.CheckedTransfer,
            CheckBlockhashes = kind == BenchTransactions.CheckedTransfer,
            FeaturesOff = kind == BenchTransactions.SplToken ? [TokenFamily.PTokenFeature] : [],
        };
        var blockhash = Hash256.Parse(new PeerAnswer(peer.Exchange(PeerRequest.Create(options))).Text());
        foreach ((Address address, AccountState state) in _transactions.Accounts)
            peer.Exchange(PeerRequest.SetAccount(address, state));

        byte[][] transactions = [.. Enumerable.Range(0, count).Select(i => _transactions.Sign(kind, i, blockhash))];
        var answer = new PeerAnswer(peer.Exchange(PeerRequest.Bench(transactions)));
        ulong micros = answer.UInt64();
        _ = answer.UInt64();
        uint failed = answer.UInt32();
        return failed == 0
            ? (double)micros / count
            : throw new InvalidOperationException($"{kind}: {failed} of {count} transactions failed in LiteSVM.");
    }
}
