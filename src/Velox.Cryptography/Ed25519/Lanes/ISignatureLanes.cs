namespace Velox.Cryptography;

/// <summary>A rule in lanes of one width, behind an interface: a call checks many signatures, so it costs nothing.</summary>
internal unsafe interface ISignatureLanes
{
    /// <summary>The verdicts of candidates that all have their challenge.</summary>
    void Verify(SignatureEntry* entries, int count, Span<bool> verdicts);
}
