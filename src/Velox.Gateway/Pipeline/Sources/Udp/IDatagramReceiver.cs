namespace Velox.Gateway;

/// <summary>Takes datagrams of one socket from the kernel. Never blocks, allocates nothing after construction. One thread.</summary>
internal interface IDatagramReceiver : IDisposable
{
    /// <summary>How it does so, for the reader of a report.</summary>
    string Method { get; }

    /// <summary>Whether the kernel may go on using the socket for a moment after it was closed.</summary>
    bool MayKeepSocket { get; }

    /// <summary>Takes what is there, at most as many datagrams as there are slots; returns how many became messages.</summary>
    /// <param name="slots">Filled from the first on. The stamps of slots, and slots behind the last message, may be written too.</param>
    /// <param name="refused">Datagrams of another length than a message, or of a wrong form.</param>
    int Receive(Span<PipelineMessage> slots, out int refused);
}
