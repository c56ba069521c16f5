using System.Security.Cryptography;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Instruction data of the three precompiles with signatures that hold.</summary>
/// <remarks>Keys and nonces of ECDSA come from the system: a seed makes the same scenarios, but for these bytes.</remarks>
public sealed class PrecompileSigners(World world)
{
    private static readonly ECCurve Secp256k1Curve = ECCurve.CreateFromOid(new Oid("1.3.132.0.10"));

    /// <summary>Half of the order of P-256, big-endian: a larger S is refused.</summary>
    private static readonly System.Numerics.BigInteger P256Order = System.Numerics.BigInteger.Parse(
        "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber,
        System.Globalization.CultureInfo.InvariantCulture);

    private readonly ECDsa _p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _k1 = ECDsa.Create(Secp256k1Curve);
    private readonly Address _ed25519 = world.NewKey();

    /// <summary>Count, padding, entries of 14 bytes; then key, signature, message of each.</summary>
    public byte[] Ed25519(int count, byte[] message)
    {
        byte[] signature = world.SignatureOf(_ed25519, message)!.Value.Span.ToArray();
        return WideEntries(count, _ed25519.Span.ToArray(), signature, message);
    }

    /// <summary>As ed25519, with keys of 33 bytes.</summary>
    public byte[] Secp256r1(int count, byte[] message)
    {
        byte[] signature = _p256.SignData(message, HashAlgorithmName.SHA256);
        var s = new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        if (s > P256Order / 2)
        {
            byte[] low = (P256Order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
            signature.AsSpan(32).Clear();
            low.CopyTo(signature, 64 - low.Length);
        }

        ECParameters parameters = _p256.ExportParameters(false);
        byte[] key = [(byte)(2 + (parameters.Q.Y![31] & 1)), .. parameters.Q.X!];
        return WideEntries(count, key, signature, message);
    }

    /// <summary>Count, entries of 11 bytes; then address, signature with recovery id, message of each.</summary>
    public byte[] Secp256k1(int count, byte[] message, byte instruction)
    {
        byte[] digest = Keccak(message);
        byte[] signature = _k1.SignHash(digest);
        ECParameters parameters = _k1.ExportParameters(false);
        byte[] publicKey = [.. parameters.Q.X!, .. parameters.Q.Y!];
        byte[] address = Keccak(publicKey)[12..];
        byte recovery = RecoveryOf(digest, signature, publicKey);
        int start = 1 + (11 * count);
        int size = 20 + 65 + message.Length;
        var data = new Bytes().Byte((byte)count);
        for (int i = 0; i < count; i++)
        {
            int at = start + (i * size);
            data.UInt16((ushort)(at + 20)).Byte(instruction).UInt16((ushort)at).Byte(instruction)
                .UInt16((ushort)(at + 85)).UInt16((ushort)message.Length).Byte(instruction);
        }

        for (int i = 0; i < count; i++)
            data.Blob(address).Blob(signature).Byte(recovery).Blob(message);
        return data.ToArray();
    }

    private static byte[] WideEntries(int count, byte[] key, byte[] signature, byte[] message)
    {
        int start = 2 + (14 * count);
        int size = key.Length + signature.Length + message.Length;
        var data = new Bytes().Byte((byte)count).Byte(0);
        for (int i = 0; i < count; i++)
        {
            int at = start + (i * size);
            data.UInt16((ushort)(at + key.Length)).UInt16(ushort.MaxValue).UInt16((ushort)at).UInt16(ushort.MaxValue)
                .UInt16((ushort)(at + key.Length + signature.Length)).UInt16((ushort)message.Length).UInt16(ushort.MaxValue);
        }

        for (int i = 0; i < count; i++)
            data.Blob(key).Blob(signature).Blob(message);
        return data.ToArray();
    }

    private static byte RecoveryOf(byte[] digest, byte[] signature, byte[] publicKey)
    {
        Span<byte> recovered = stackalloc byte[64];
        for (byte id = 0; id < 4; id++)
        {
            if (Velox.Cryptography.Secp256k1.TryRecover(digest, id, signature, recovered) == Secp256k1RecoverError.None
                && recovered.SequenceEqual(publicKey))
                return id;
        }

        return 0;
    }

    private static byte[] Keccak(byte[] message)
    {
        byte[] digest = new byte[32];
        Keccak256.Hash(message, digest);
        return digest;
    }
}
