using System.Runtime.InteropServices;
using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>libsodium's check of one signature, where its shared library is installed: the same rule as the strict one.</summary>
internal static unsafe class SodiumLibrary
{
    private static readonly string[] Names = ["libsodium.so.23", "libsodium.so.26"];

    private static readonly delegate* unmanaged<byte*, byte*, ulong, byte*, int> VerifyDetached = Load();

    /// <summary>Skips the test where the library is absent, and fails it on a build server.</summary>
    internal static void Require()
    {
        if (VerifyDetached is not null)
            return;
        string reason = $"None of {string.Join(", ", Names)} is installed (Debian: libsodium23).";
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", reason);
        Assert.Skip(reason);
    }

    /// <summary>crypto_sign_verify_detached.</summary>
    internal static bool Verify(SignatureCase item)
    {
        fixed (byte* publicKey = item.PublicKey, signature = item.Signature, message = item.Message)
            return VerifyDetached(signature, message, (ulong)item.Message.Length, publicKey) == 0;
    }

    private static delegate* unmanaged<byte*, byte*, ulong, byte*, int> Load()
    {
        foreach (string name in Names)
        {
            if (!NativeLibrary.TryLoad(name, out nint library))
                continue;
            ((delegate* unmanaged<int>)NativeLibrary.GetExport(library, "sodium_init"))();
            return (delegate* unmanaged<byte*, byte*, ulong, byte*, int>)NativeLibrary.GetExport(library, "crypto_sign_verify_detached");
        }

        return null;
    }
}
