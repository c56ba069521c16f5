using System.Runtime.InteropServices;

namespace Velox.Cli;

/// <summary>OpenSSL's one-shot digest signatures (EVP); the key objects are made before, a context for each call.</summary>
internal sealed unsafe class OpenSslPeer : SignaturePeer
{
    internal const string Name = "OpenSSL EVP";

    private const int Ed25519Type = 1087; // EVP_PKEY_ED25519

    private readonly SignedMessage[] _items;
    private readonly nint[] _publicKeys;
    private readonly nint[] _privateKeys;
    private readonly delegate* unmanaged<int, nint, byte*, nuint, nint> _newPrivateKey;
    private readonly delegate* unmanaged<nint, byte*, nuint*, int> _rawPublicKey;
    private readonly delegate* unmanaged<nint, void> _freeKey;
    private readonly delegate* unmanaged<nint> _newContext;
    private readonly delegate* unmanaged<nint, void> _freeContext;
    private readonly delegate* unmanaged<nint, nint, nint, nint, nint, int> _beginVerify;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int> _verify;
    private readonly delegate* unmanaged<nint, nint, nint, nint, nint, int> _beginSign;
    private readonly delegate* unmanaged<nint, byte*, nuint*, byte*, nuint, int> _sign;

    private OpenSslPeer(nint library, SignedMessage[] items)
    {
        _newPrivateKey = (delegate* unmanaged<int, nint, byte*, nuint, nint>)NativeLibrary.GetExport(library, "EVP_PKEY_new_raw_private_key");
        _rawPublicKey = (delegate* unmanaged<nint, byte*, nuint*, int>)NativeLibrary.GetExport(library, "EVP_PKEY_get_raw_public_key");
        _freeKey = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "EVP_PKEY_free");
        _newContext = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "EVP_MD_CTX_new");
        _freeContext = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "EVP_MD_CTX_free");
        _beginVerify = (delegate* unmanaged<nint, nint, nint, nint, nint, int>)NativeLibrary.GetExport(library, "EVP_DigestVerifyInit");
        _verify = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int>)NativeLibrary.GetExport(library, "EVP_DigestVerify");
        _beginSign = (delegate* unmanaged<nint, nint, nint, nint, nint, int>)NativeLibrary.GetExport(library, "EVP_DigestSignInit");
        _sign = (delegate* unmanaged<nint, byte*, nuint*, byte*, nuint, int>)NativeLibrary.GetExport(library, "EVP_DigestSign");
        var newPublicKey = (delegate* unmanaged<int, nint, byte*, nuint, nint>)NativeLibrary.GetExport(library, "EVP_PKEY_new_raw_public_key");
        _items = items;
        // Never freed: they serve the whole run.
        _publicKeys = new nint[items.Length];
        _privateKeys = new nint[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            fixed (byte* publicKey = items[i].PublicKey, seed = items[i].Seed)
            {
                _publicKeys[i] = newPublicKey(Ed25519Type, 0, publicKey, (nuint)items[i].PublicKey.Length);
                _privateKeys[i] = _newPrivateKey(Ed25519Type, 0, seed, (nuint)items[i].Seed.Length);
            }
        }
    }

    internal static SignaturePeer? TryLoad(SignedMessage[] items) =>
        TryLoad(["libcrypto.so.3"], library => new OpenSslPeer(library, items));

    internal override bool Verify(int index)
    {
        SignedMessage item = _items[index];
        nint context = _newContext();
        fixed (byte* signature = item.Signature, message = item.Message)
        {
            bool holds = _beginVerify(context, 0, 0, 0, _publicKeys[index]) == 1
                && _verify(context, signature, (nuint)item.Signature.Length, message, (nuint)item.Message.Length) == 1;
            _freeContext(context);
            return holds;
        }
    }

    internal override void Sign(int index, Span<byte> signature)
    {
        SignedMessage item = _items[index];
        nint context = _newContext();
        nuint length = (nuint)signature.Length;
        fixed (byte* destination = signature, message = item.Message)
        {
            _ = _beginSign(context, 0, 0, 0, _privateKeys[index]);
            _ = _sign(context, destination, &length, message, (nuint)item.Message.Length);
        }

        _freeContext(context);
    }

    internal override void DerivePublicKey(int index, Span<byte> publicKey)
    {
        nuint length = (nuint)publicKey.Length;
        fixed (byte* destination = publicKey, seed = _items[index].Seed)
        {
            nint key = _newPrivateKey(Ed25519Type, 0, seed, (nuint)_items[index].Seed.Length);
            _ = _rawPublicKey(key, destination, &length);
            _freeKey(key);
        }
    }
}
