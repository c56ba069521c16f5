namespace Velox.Cryptography;

/// <summary>The lanes of one width, behind an interface: a call checks many signatures, so it costs nothing.</summary>
internal unsafe interface ISignatureLanes
{
    /// <summary>The strict rule, for entries that all have their challenge.</summary>
    void VerifyStrict(SignatureEntry* entries, int count, Span<bool> verdicts);

    /// <summary>The cofactored rule, for entries that all have their challenge.</summary>
    void VerifyCofactored(SignatureEntry* entries, int count, Span<bool> verdicts);
}
