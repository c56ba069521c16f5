using System.Runtime.InteropServices;

namespace Velox.Cli;

/// <summary>Ed25519 of a shared library, one message at a time; keys are prepared before anything is timed.</summary>
internal abstract class SignaturePeer
{
    internal abstract bool Verify(int index);

    internal abstract void Sign(int index, Span<byte> signature);

    internal abstract void DerivePublicKey(int index, Span<byte> publicKey);

    /// <summary>Loads the first library of these names that is installed.</summary>
    /// <returns>Null if none is.</returns>
    internal static SignaturePeer? TryLoad(string[] names, Func<nint, SignaturePeer> create)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
                return create(library);
        }

        return null;
    }
}
