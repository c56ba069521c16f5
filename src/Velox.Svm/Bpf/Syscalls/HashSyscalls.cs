using System.Buffers.Binary;
using System.Security.Cryptography;
using Velox.Bpf;
using Velox.Cryptography;

namespace Velox.Svm;

/// <summary>sol_sha256, sol_keccak256, sol_blake3, sol_sha512, sol_secp256k1_recover (Agave syscalls, lib.rs).</summary>
internal static class HashSyscalls
{
    private const int SliceBytes = 16;
    private const int MaxDigestBytes = 64;
    private const ulong MinSliceUnits = 10;

    private static readonly SyscallFault TooManySlices = new("Hashing too many sequences");

    private enum Kind
    {
        Sha256,
        Keccak256,
        Blake3,
        Sha512,
    }

    internal static ulong Sha256(HostCall call) => Hash(in call, Kind.Sha256);

    internal static ulong Keccak256(HostCall call) => Hash(in call, Kind.Keccak256);

    internal static ulong Blake3(HostCall call) => Hash(in call, Kind.Blake3);

    internal static ulong Sha512(HostCall call) => Hash(in call, Kind.Sha512);

    /// <summary>The key that signed a hash; 1 to 3 where there is none (hash, recovery id, signature).</summary>
    internal static ulong RecoverSecp256k1(HostCall call)
    {
        const int HashBytes = 32, SignatureBytes = 64, KeyBytes = 64;
        if (!call.TryConsume(SyscallCost.Secp256k1Recover)
            || !call.TryWriteBytes(call.Argument4, KeyBytes, out Span<byte> key)
            || !call.TryReadBytes(call.Argument1, HashBytes, out ReadOnlySpan<byte> hash)
            || !call.TryReadBytes(call.Argument3, SignatureBytes, out ReadOnlySpan<byte> signature))
        {
            return 0;
        }

        // Beside the target, which may overlap what is read.
        Span<byte> recovered = stackalloc byte[KeyBytes];
        Secp256k1RecoverError error = Secp256k1.TryRecover(hash, call.Argument2, signature, recovered);
        if (error == Secp256k1RecoverError.None)
            recovered.CopyTo(key);
        return (ulong)error;
    }

    private static ulong Hash(scoped in HostCall call, Kind kind)
    {
        ulong count = call.Argument2;
        if (count > SyscallCost.MaxHashSlices)
        {
            call.Svm().LogRaw(
                $"{kind} Hashing {count} sequences in one syscall is over the limit {SyscallCost.MaxHashSlices}");
            return call.Fail(TooManySlices);
        }

        int digestBytes = kind == Kind.Sha512 ? MaxDigestBytes : 32;
        if (!call.TryConsume(SyscallCost.HashBase) || !call.TryWriteBytes(call.Argument3, (ulong)digestBytes, out Span<byte> target)
            || !call.TryReadMany(call.Argument1, count, SliceBytes, sizeof(ulong), out ReadOnlySpan<byte> slices))
        {
            return 0;
        }

        Span<byte> digest = stackalloc byte[digestBytes];
        if (TryHash(in call, kind, slices, digest))
            digest.CopyTo(target);
        return 0;
    }

    private static bool TryHash(scoped in HostCall call, Kind kind, ReadOnlySpan<byte> slices, Span<byte> digest)
    {
        if (slices.Length <= SliceBytes)
        {
            // One piece is the common case, and needs no state.
            ReadOnlySpan<byte> bytes = default;
            if (slices.Length > 0 && !TryReadPiece(in call, slices, out bytes))
                return false;
            HashWhole(kind, bytes, digest);
            return true;
        }

        using IPieceHasher hasher = kind switch
        {
            Kind.Sha256 => new Sha256Pieces(),
            Kind.Sha512 => new FrameworkHasher(HashAlgorithmName.SHA512),
            Kind.Keccak256 => new KeccakPieces(),
            _ => new Blake3Pieces(),
        };
        for (int i = 0; i < slices.Length; i += SliceBytes)
        {
            if (!TryReadPiece(in call, slices[i..], out ReadOnlySpan<byte> bytes))
                return false;
            hasher.Append(bytes);
        }

        hasher.Finish(digest);
        return true;
    }

    private static bool TryReadPiece(scoped in HostCall call, ReadOnlySpan<byte> slice, out ReadOnlySpan<byte> bytes)
    {
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(slice[sizeof(ulong)..]);
        return LogSyscalls.TryReadSlice(in call, slice, out bytes) && call.TryConsume(Math.Max(MinSliceUnits, length / 2));
    }

    private static void HashWhole(Kind kind, ReadOnlySpan<byte> bytes, Span<byte> digest)
    {
        switch (kind)
        {
            case Kind.Sha256:
                Cryptography.Sha256.HashData(bytes, digest);
                break;
            case Kind.Sha512:
                SHA512.HashData(bytes, digest);
                break;
            case Kind.Keccak256:
                Cryptography.Keccak256.Hash(bytes, digest);
                break;
            default:
                Cryptography.Blake3.Hash(bytes, digest);
                break;
        }
    }

    private interface IPieceHasher : IDisposable
    {
        void Append(ReadOnlySpan<byte> bytes);

        void Finish(Span<byte> digest);
    }

    private sealed class FrameworkHasher(HashAlgorithmName name) : IPieceHasher
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(name);

        public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

        public void Finish(Span<byte> digest) => _hash.GetHashAndReset(digest);

        public void Dispose() => _hash.Dispose();
    }

    private sealed class Sha256Pieces : IPieceHasher
    {
        private readonly Cryptography.Sha256 _hash = new();

        public void Append(ReadOnlySpan<byte> bytes) => _hash.Append(bytes);

        public void Finish(Span<byte> digest) => _hash.Finish(digest);

        public void Dispose()
        {
        }
    }

    private sealed class KeccakPieces : IPieceHasher
    {
        private readonly Keccak256Hasher _hash = new();

        public void Append(ReadOnlySpan<byte> bytes) => _hash.Append(bytes);

        public void Finish(Span<byte> digest) => _hash.Finish(digest);

        public void Dispose()
        {
        }
    }

    private sealed class Blake3Pieces : IPieceHasher
    {
        private readonly Blake3Hasher _hash = new();

        public void Append(ReadOnlySpan<byte> bytes) => _hash.Append(bytes);

        public void Finish(Span<byte> digest) => _hash.Finish(digest);

        public void Dispose()
        {
        }
    }
}
