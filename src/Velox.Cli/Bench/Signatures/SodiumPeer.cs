using System.Runtime.InteropServices;

namespace Velox.Cli;

/// <summary>libsodium's detached signatures.</summary>
internal sealed unsafe class SodiumPeer : SignaturePeer
{
    internal const string Name = "libsodium";

    private const int SecretKeySize = 64;

    private readonly SignedMessage[] _items;
    private readonly byte[][] _secretKeys;
    private readonly delegate* unmanaged<byte*, byte*, ulong, byte*, int> _verify;
    private readonly delegate* unmanaged<byte*, ulong*, byte*, ulong, byte*, int> _sign;
    private readonly delegate* unmanaged<byte*, byte*, byte*, int> _seedKeypair;

    private SodiumPeer(nint library, SignedMessage[] items)
    {
        var initialize = (delegate* unmanaged<int>)NativeLibrary.GetExport(library, "sodium_init");
        _verify = (delegate* unmanaged<byte*, byte*, ulong, byte*, int>)NativeLibrary.GetExport(library, "crypto_sign_verify_detached");
        _sign = (delegate* unmanaged<byte*, ulong*, byte*, ulong, byte*, int>)NativeLibrary.GetExport(library, "crypto_sign_detached");
        _seedKeypair = (delegate* unmanaged<byte*, byte*, byte*, int>)NativeLibrary.GetExport(library, "crypto_sign_seed_keypair");
        _items = items;
        // Its choice of code for this processor, made once.
        initialize();
        _secretKeys = [.. items.Select(item => (byte[])[.. item.Seed, .. item.PublicKey])];
    }

    internal static SignaturePeer? TryLoad(SignedMessage[] items) =>
        TryLoad(["libsodium.so.23", "libsodium.so.26"], library => new SodiumPeer(library, items));

    internal override bool Verify(int index)
    {
        SignedMessage item = _items[index];
        fixed (byte* publicKey = item.PublicKey, signature = item.Signature, message = item.Message)
            return _verify(signature, message, (ulong)item.Message.Length, publicKey) == 0;
    }

    internal override void Sign(int index, Span<byte> signature)
    {
        SignedMessage item = _items[index];
        fixed (byte* destination = signature, message = item.Message, secretKey = _secretKeys[index])
            _sign(destination, null, message, (ulong)item.Message.Length, secretKey);
    }

    internal override void DerivePublicKey(int index, Span<byte> publicKey)
    {
        byte* secretKey = stackalloc byte[SecretKeySize];
        fixed (byte* destination = publicKey, seed = _items[index].Seed)
            _seedKeypair(destination, secretKey, seed);
    }
}
