using System.Numerics;
using System.Security.Cryptography;
using Velox.Cryptography;

namespace Velox.Cli;

/// <summary>
/// Recovery and verification on secp256k1, beside the framework's verification on the same curve and Bitcoin's C library; and
/// verification on P-256 beside the framework's with a key that is ready.
/// </summary>
/// <remarks>
/// All go in turns through the same signatures, each by another key, from bytes to bytes: ours and the C library parse keys and
/// signatures in each call. The framework's keys are made before. Each result is checked.
/// </remarks>
internal static class SecpBench
{
    private const string Unit = "CPU ns";
    private const string Library = "libsecp256k1";

    /// <exception cref="BenchFailedException">A result was wrong.</exception>
    internal static IReadOnlyList<BenchLine> Run(int runs, int operations)
    {
        var signatures = new SecpSignatures();
        var library = LibSecp256k1.TryLoad();
        List<Func<int, bool>> contestants =
            [signatures.Recover, signatures.Verify, signatures.VerifyByFramework, signatures.VerifyP256, signatures.VerifyP256ByFramework];
        if (library is not null)
            contestants.AddRange([i => signatures.RecoverBy(library, i), i => signatures.VerifyBy(library, i)]);

        double[] nanos = Medians(runs, operations, contestants);
        const string Recovery = "secp256k1 recovery";
        const string Verification = "secp256k1 verification";
        const string Framework = "ECDsa.VerifyHash, same curve";
        return
        [
            new BenchLine(Recovery, nanos[0], Unit, Framework, nanos[2]),
            Beside(Recovery, nanos[0], library is null ? null : nanos[5]),
            new BenchLine(Verification, nanos[1], Unit, Framework, nanos[2]),
            Beside(Verification, nanos[1], library is null ? null : nanos[6]),
            new BenchLine("P-256 verification, compressed key", nanos[3], Unit, "ECDsa.VerifyData, key ready", nanos[4]),
        ];
    }

    private static BenchLine Beside(string name, double nanos, double? libraryNanos) =>
        new(name, nanos, Unit, libraryNanos is null ? $"{Library} is absent" : Library, libraryNanos);

    private static double[] Medians(int runs, int operations, List<Func<int, bool>> contestants)
    {
        BenchReport.WarmUpWith(() => contestants.ForEach(contestant => Measure(Math.Min(operations, 100), contestant)));
        double[][] nanos = [.. contestants.Select(_ => new double[runs])];
        for (int run = 0; run < runs; run++)
        {
            for (int i = 0; i < nanos.Length; i++)
                nanos[i][run] = Measure(operations, contestants[i]);
        }

        return [.. nanos.Select(all => all.Order().ElementAt(runs / 2))];
    }

    private static double Measure(int operations, Func<int, bool> contestant)
    {
        long start = ThreadTime.NowNanos;
        for (int i = 0; i < operations; i++)
        {
            if (!contestant(i))
                throw new BenchFailedException("a good signature was refused, or another key recovered");
        }

        return (ThreadTime.NowNanos - start) / (double)operations;
    }
}

/// <summary>Signatures of the framework on both curves, with an s in the lower half, and who checks them.</summary>
internal sealed class SecpSignatures
{
    private const int Count = 64;

    private readonly byte[] _hash = SHA256.HashData("message"u8);

    private readonly Signature[] _signatures = Signature.Create(
        "1.3.132.0.10", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141");

    private readonly Signature[] _signaturesP256 = Signature.Create(
        "1.2.840.10045.3.1.7", "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    private readonly byte[] _recovered = new byte[Secp256k1.PublicKeySize];

    internal SecpSignatures()
    {
        foreach (Signature signature in _signatures)
            signature.RecoveryId = Enumerable.Range(0, 4).First(id => Recover(signature, id));
    }

    internal bool Recover(int i) => Recover(_signatures[i % Count], _signatures[i % Count].RecoveryId);

    internal bool RecoverBy(LibSecp256k1 library, int i)
    {
        Signature signature = _signatures[i % Count];
        return library.TryRecover(_hash, signature.RecoveryId, signature.Bytes, _recovered) && signature.Key.SequenceEqual(_recovered);
    }

    internal bool Verify(int i) => Secp256k1.Verify(_hash, _signatures[i % Count].Bytes, _signatures[i % Count].Key);

    internal bool VerifyBy(LibSecp256k1 library, int i) =>
        library.Verify(_hash, _signatures[i % Count].Bytes, _signatures[i % Count].UncompressedKey);

    internal bool VerifyByFramework(int i) => _signatures[i % Count].Framework.VerifyHash(_hash, _signatures[i % Count].Bytes);

    internal bool VerifyP256(int i) =>
        Secp256r1.Verify(_signaturesP256[i % Count].CompressedKey, _signaturesP256[i % Count].Bytes, "message"u8) == Secp256r1Result.Valid;

    internal bool VerifyP256ByFramework(int i) =>
        _signaturesP256[i % Count].Framework.VerifyData("message"u8, _signaturesP256[i % Count].Bytes, HashAlgorithmName.SHA256);

    private bool Recover(Signature signature, int id) =>
        Secp256k1.TryRecover(_hash, (ulong)id, signature.Bytes, _recovered) == Secp256k1RecoverError.None
        && signature.Key.SequenceEqual(_recovered);

    private sealed class Signature
    {
        internal readonly ECDsa Framework;
        internal readonly byte[] Bytes;
        internal readonly byte[] Key;
        internal readonly byte[] UncompressedKey;
        internal readonly byte[] CompressedKey;
        internal int RecoveryId;

        /// <param name="curve">Its object identifier.</param>
        /// <param name="order">The order of the curve, in hexadecimal.</param>
        internal static Signature[] Create(string curve, string order) =>
            [.. Enumerable.Range(0, Count).Select(_ => new Signature(curve, order))];

        private Signature(string curve, string order)
        {
            Framework = ECDsa.Create(ECCurve.CreateFromValue(curve));
            ECPoint point = Framework.ExportParameters(includePrivateParameters: false).Q;
            Key = [.. point.X!, .. point.Y!];
            UncompressedKey = [4, .. Key];
            CompressedKey = [(byte)(2 + (point.Y![^1] & 1)), .. point.X!];
            Bytes = Framework.SignHash(SHA256.HashData("message"u8));

            Span<byte> bytesOfS = Bytes.AsSpan(Bytes.Length / 2);
            var s = new BigInteger(bytesOfS, isUnsigned: true, isBigEndian: true);
            var n = new BigInteger(Convert.FromHexString(order), isUnsigned: true, isBigEndian: true);
            byte[] low = BigInteger.Min(s, n - s).ToByteArray(isUnsigned: true, isBigEndian: true);
            bytesOfS.Clear();
            low.CopyTo(bytesOfS[^low.Length..]);
        }
    }
}
