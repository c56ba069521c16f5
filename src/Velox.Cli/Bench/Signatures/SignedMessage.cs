using Velox.Cryptography;

namespace Velox.Cli;

/// <summary>A message, who signed it, and the signature.</summary>
internal sealed record SignedMessage(byte[] Seed, byte[] PublicKey, byte[] Message, byte[] Signature)
{
    /// <summary>Messages of random bytes, each under a key of its own.</summary>
    internal static SignedMessage[] Make(int count, int messageLength)
    {
        var random = new Random(42);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            byte[] seed = new byte[Ed25519.SeedSize], message = new byte[messageLength];
            random.NextBytes(seed);
            random.NextBytes(message);
            Keypair pair = Keypair.FromSeed(seed);
            return new SignedMessage(seed, pair.PublicKey.Span.ToArray(), message, pair.Sign(message).Span.ToArray());
        })];
    }
}
