using System.Runtime.InteropServices;

namespace Velox.Cli;

/// <summary>Bitcoin's C library as a peer, where the system has it: <c>secp256k1.h</c> and <c>secp256k1_recovery.h</c>.</summary>
/// <remarks>Takes and gives the bytes that Velox.Cryptography's Secp256k1 does; one thread at a time.</remarks>
internal sealed unsafe class LibSecp256k1
{
    // The library's own forms of keys and signatures, as its headers declare them, and the uncompressed form of a key.
    private const int KeyBytes = 64;
    private const int RecoverableBytes = 65;
    private const int UncompressedBytes = 65;

    // SECP256K1_CONTEXT_VERIFY: newer versions need no flag and ignore it. SECP256K1_EC_UNCOMPRESSED.
    private const uint ContextVerify = 257;
    private const uint Uncompressed = 2;

    private static readonly string[] Names =
        ["libsecp256k1.so.1", "libsecp256k1.so.2", "libsecp256k1.so.5", "libsecp256k1.so.6", "libsecp256k1.so.0", "libsecp256k1"];

    private readonly nint _context;
    private readonly delegate* unmanaged<nint, byte*, byte*, int, int> _parseRecoverable;
    private readonly delegate* unmanaged<nint, byte*, byte*, byte*, int> _recover;
    private readonly delegate* unmanaged<nint, byte*, nuint*, byte*, uint, int> _writeKey;
    private readonly delegate* unmanaged<nint, byte*, byte*, nuint, int> _parseKey;
    private readonly delegate* unmanaged<nint, byte*, byte*, int> _parse;
    private readonly delegate* unmanaged<nint, byte*, byte*, byte*, int> _verify;

    private LibSecp256k1(nint library)
    {
        _context = ((delegate* unmanaged<uint, nint>)NativeLibrary.GetExport(library, "secp256k1_context_create"))(ContextVerify);
        _parseRecoverable = (delegate* unmanaged<nint, byte*, byte*, int, int>)NativeLibrary.GetExport(
            library, "secp256k1_ecdsa_recoverable_signature_parse_compact");
        _recover = (delegate* unmanaged<nint, byte*, byte*, byte*, int>)NativeLibrary.GetExport(library, "secp256k1_ecdsa_recover");
        _writeKey = (delegate* unmanaged<nint, byte*, nuint*, byte*, uint, int>)NativeLibrary.GetExport(
            library, "secp256k1_ec_pubkey_serialize");
        _parseKey = (delegate* unmanaged<nint, byte*, byte*, nuint, int>)NativeLibrary.GetExport(library, "secp256k1_ec_pubkey_parse");
        _parse = (delegate* unmanaged<nint, byte*, byte*, int>)NativeLibrary.GetExport(
            library, "secp256k1_ecdsa_signature_parse_compact");
        _verify = (delegate* unmanaged<nint, byte*, byte*, byte*, int>)NativeLibrary.GetExport(library, "secp256k1_ecdsa_verify");
    }

    /// <summary>The library, or null where there is none, or one without recovery.</summary>
    internal static LibSecp256k1? TryLoad()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint library) && NativeLibrary.TryGetExport(library, "secp256k1_ecdsa_recover", out _))
                return new LibSecp256k1(library);
        }

        return null;
    }

    /// <summary>64 bytes of a key into <paramref name="publicKey"/>; false if there is none.</summary>
    internal bool TryRecover(ReadOnlySpan<byte> hash, int recoveryId, ReadOnlySpan<byte> signature, Span<byte> publicKey)
    {
        byte* parsed = stackalloc byte[RecoverableBytes];
        byte* key = stackalloc byte[KeyBytes];
        byte* written = stackalloc byte[UncompressedBytes];
        nuint length = UncompressedBytes;
        fixed (byte* hashBytes = hash, signatureBytes = signature)
        {
            if (_parseRecoverable(_context, parsed, signatureBytes, recoveryId) != 1 || _recover(_context, key, parsed, hashBytes) != 1)
                return false;
        }

        _writeKey(_context, written, &length, key, Uncompressed);
        new ReadOnlySpan<byte>(written + 1, KeyBytes).CopyTo(publicKey);
        return true;
    }

    /// <summary>Whether a signature whose s is in the lower half holds under a key of 65 bytes.</summary>
    internal bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> uncompressedKey)
    {
        byte* parsed = stackalloc byte[KeyBytes];
        byte* key = stackalloc byte[KeyBytes];
        fixed (byte* hashBytes = hash, signatureBytes = signature, keyBytes = uncompressedKey)
        {
            return _parseKey(_context, key, keyBytes, UncompressedBytes) == 1
                && _parse(_context, parsed, signatureBytes) == 1
                && _verify(_context, parsed, hashBytes, key) == 1;
        }
    }
}
