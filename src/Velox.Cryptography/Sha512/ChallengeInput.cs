namespace Velox.Cryptography;

/// <summary>What one Ed25519 challenge is hashed from: R || A || message.</summary>
/// <remarks>
/// Addresses, as spans can not be stored side by side and anything that can be would cost more to resolve than a block to hash.
/// Nothing here keeps the bytes in place: they are native memory, or the caller pins them until the call that hashes has returned.
/// </remarks>
/// <param name="pointR">32 bytes: the first half of the signature.</param>
/// <param name="publicKey">32 bytes: A.</param>
/// <param name="message">The message; may be null when it is empty.</param>
/// <param name="messageLength">Its bytes, 0 or more.</param>
internal readonly unsafe struct ChallengeInput(byte* pointR, byte* publicKey, byte* message, int messageLength)
{
    internal const int PrefixLength = 2 * PointLength;

    internal const int PointLength = 32;

    internal readonly byte* PointR = pointR;

    internal readonly byte* PublicKey = publicKey;

    internal readonly byte* Message = message;

    internal readonly int MessageLength = messageLength;
}
