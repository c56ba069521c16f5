namespace Velox.Cryptography;

/// <summary><see cref="Keccak256"/> of data that comes in pieces, such as the slices of a system call.</summary>
/// <remarks>
/// The pieces make no difference: the hash is that of all their bytes in order. No method allocates. Not safe for concurrent use.
/// </remarks>
public sealed class Keccak256Hasher
{
    // Not read-only: its methods change it.
    private KeccakSponge _sponge;

    /// <summary>Adds bytes behind those that were added.</summary>
    public void Append(ReadOnlySpan<byte> data) => _sponge.Append(data);

    /// <summary>The hash of what was added so far; more may be added afterwards.</summary>
    /// <exception cref="ArgumentException"><paramref name="hash"/> is not 32 bytes.</exception>
    public void Finish(Span<byte> hash)
    {
        Keccak256.CheckHash(hash);
        _sponge.Finish(hash, KeccakSponge.KeccakPadding);
    }

    /// <summary>Forgets what was added.</summary>
    public void Reset() => _sponge.Restart();
}
