namespace Velox.Cryptography;

/// <summary>An account whose lattice hash is wanted, for many accounts at once.</summary>
/// <remarks>
/// Addresses, as spans can not be stored side by side. Nothing here keeps the bytes in place: they are native memory, or the
/// caller pins them until the call that hashes has returned.
/// </remarks>
/// <param name="lamports">The balance; with 0 the account does not exist and nothing else is looked at.</param>
/// <param name="data">The data; may be null when it is empty.</param>
/// <param name="dataLength">Its bytes, 0 or more.</param>
/// <param name="isExecutable">Whether it is a program.</param>
/// <param name="owner">32 bytes.</param>
/// <param name="key">32 bytes: the account's address.</param>
public readonly unsafe struct LatticeAccount(ulong lamports, byte* data, int dataLength, bool isExecutable, byte* owner, byte* key)
{
    /// <summary>Bytes of an owner and of a key.</summary>
    internal const int KeySize = 32;

    /// <summary>Bytes that are hashed besides the data: lamports, whether it is executable, owner and key.</summary>
    internal const int FixedLength = sizeof(ulong) + 1 + (2 * KeySize);

    internal ulong Lamports => lamports;

    internal int DataLength => dataLength;

    internal ReadOnlySpan<byte> Data => new(data, dataLength);

    /// <summary>Writes the balance.</summary>
    internal void WriteHead(Span<byte> output) => System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(output, lamports);

    /// <summary>Writes what comes behind the data.</summary>
    internal void WriteTail(Span<byte> output)
    {
        output[0] = isExecutable ? (byte)1 : (byte)0;
        new ReadOnlySpan<byte>(owner, KeySize).CopyTo(output[1..]);
        new ReadOnlySpan<byte>(key, KeySize).CopyTo(output[(1 + KeySize)..]);
    }
}
