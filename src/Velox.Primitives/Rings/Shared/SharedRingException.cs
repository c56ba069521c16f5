namespace Velox.Primitives;

/// <summary>A file is not the shared ring that was asked for, or the place in it is taken.</summary>
/// <param name="field">The field of the file that does not fit, such as <c>version</c>.</param>
/// <param name="message">What was found and what was expected.</param>
public sealed class SharedRingException(string field, string message) : IOException(message)
{
    /// <summary>The field of the file that does not fit.</summary>
    public string Field { get; } = field;
}

/// <summary>What is known of the process at the other end of a shared ring.</summary>
public enum PeerState
{
    /// <summary>Nobody has the other end, or its process closed it.</summary>
    Absent,

    /// <summary>Its process runs.</summary>
    Alive,

    /// <summary>Its process ended without closing it.</summary>
    Dead,
}
