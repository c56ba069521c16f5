namespace Velox.Gateway.Tests;

/// <summary>Keeps what it takes; refuses when told so.</summary>
internal sealed class RecordingSink(Func<bool>? mayTake = null) : IBundleSink
{
    internal List<(byte[] Transaction, BundleInfo Info)> Bundles { get; } = [];

    public bool TrySubmit(byte[] transaction, in BundleInfo info)
    {
        if (mayTake is not null && !mayTake())
            return false;
        Bundles.Add((transaction, info));
        return true;
    }

    /// <summary>The sequence numbers of all messages taken, in order.</summary>
    internal List<uint> Sequences()
    {
        var sequences = new List<uint>();
        foreach ((byte[] transaction, _) in Bundles)
        {
            foreach (var message in PlainEncoder.Decode(transaction))
                sequences.Add(message.Sequence);
        }

        return sequences;
    }
}
