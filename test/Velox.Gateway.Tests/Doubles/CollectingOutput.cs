namespace Velox.Gateway.Tests;

/// <summary>Keeps the sequences of what it takes.</summary>
internal sealed class CollectingOutput : IBundleOutput
{
    private int _offers;

    internal List<uint> Sequences { get; } = [];

    /// <summary>What becomes of an offer, by its number from 0; taken where this says nothing.</summary>
    internal Func<int, BundleResult>? Answer { get; init; }

    internal Action<int>? OnBundle { get; init; }

    internal Action? OnComplete { get; init; }

    internal int Offers => Volatile.Read(ref _offers);

    public void Complete() => OnComplete?.Invoke();

    public BundleResult Accept(in PipelineBundle bundle)
    {
        BundleResult answer = Answer?.Invoke(_offers) ?? BundleResult.Accepted;
        Volatile.Write(ref _offers, _offers + 1);
        if (answer != BundleResult.Accepted)
            return answer;
        foreach (ref readonly PipelineMessage message in bundle.Messages)
            Sequences.Add(message.Message.Sequence);
        OnBundle?.Invoke(Sequences.Count);
        return answer;
    }

    public void Dispose()
    {
    }
}
