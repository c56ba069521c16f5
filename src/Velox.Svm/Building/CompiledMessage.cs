using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>
/// A message ready to be signed. <see cref="Sign"/> makes the transaction; <see cref="Serialize"/> does with signatures
/// that come from elsewhere.
/// </summary>
public sealed class CompiledMessage
{
    private readonly byte[] _bytes;
    private readonly TransactionVersion _version;

    internal CompiledMessage(byte[] bytes, TransactionVersion version, IReadOnlyList<Address> signers)
    {
        _bytes = bytes;
        _version = version;
        Signers = signers;
    }

    /// <summary>What every signer signs.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Who must sign, in the order of the signatures; the fee payer is first. 1 to 12.</summary>
    public IReadOnlyList<Address> Signers { get; }

    /// <summary>Signs the message with every key pair and joins it to a transaction.</summary>
    /// <param name="keypairs">One for each of <see cref="Signers"/>, in any order.</param>
    /// <returns>At most 1,232 bytes, 4,096 of version 1.</returns>
    /// <exception cref="ArgumentException">A signer has no key pair, or a key pair is of no signer.</exception>
    public byte[] Sign(params ReadOnlySpan<Keypair> keypairs)
    {
        Signature[] signatures = new Signature[Signers.Count];
        for (int index = 0; index < signatures.Length; index++)
            signatures[index] = Find(keypairs, Signers[index]).Sign(_bytes);
        foreach (Keypair keypair in keypairs)
        {
            if (!Signers.Contains(keypair.PublicKey))
                throw new ArgumentException($"{keypair.PublicKey} is no signer of this message.", nameof(keypairs));
        }

        return Serialize(signatures);
    }

    /// <summary>Joins the signatures and the message to a transaction. The signatures are not verified.</summary>
    /// <param name="signatures">One for each of <see cref="Signers"/>, in their order.</param>
    /// <returns>At most 1,232 bytes, 4,096 of version 1.</returns>
    /// <exception cref="ArgumentException">Another number of signatures than <see cref="Signers"/>.</exception>
    public byte[] Serialize(ReadOnlySpan<Signature> signatures)
    {
        if (signatures.Length != Signers.Count)
        {
            throw new ArgumentException(
                $"Expected {Signers.Count} signatures, got {signatures.Length}.", nameof(signatures));
        }

        var writer = new DataWriter();
        if (_version == TransactionVersion.Version1)
            return Append(writer.Bytes(_bytes), signatures).ToArray();
        return Append(writer.CompactLength(signatures.Length), signatures).Bytes(_bytes).ToArray();
    }

    private static DataWriter Append(DataWriter writer, ReadOnlySpan<Signature> signatures)
    {
        foreach (Signature signature in signatures)
            writer.Bytes(signature.Span);
        return writer;
    }

    private static Keypair Find(ReadOnlySpan<Keypair> keypairs, Address signer)
    {
        foreach (Keypair keypair in keypairs)
        {
            if (keypair.PublicKey == signer)
                return keypair;
        }

        throw new ArgumentException($"The key pair of signer {signer} is missing.", nameof(keypairs));
    }
}
