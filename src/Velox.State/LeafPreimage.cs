using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.State;

/// <summary>What the hash of an account is the hash of; see <see cref="StateCommitment"/>.</summary>
internal static class LeafPreimage
{
    internal const byte Prefix = 0;
    internal const int Size = 1 + 32 + 8 + 32 + 1 + 8 + 32;

    internal static void Write(Account account, in Hash256 dataRoot, Span<byte> preimage) => Write(
        in account.Key, account.Lamports, account.Owner, account.Executable, account.DataLength, in dataRoot, preimage);

    internal static void Write(AccountSnapshot account, in Hash256 dataRoot, Span<byte> preimage) => Write(
        account.Address, account.Lamports, account.Owner, account.Executable, account.DataLength, in dataRoot, preimage);

    private static void Write(
        in Address address, ulong lamports, in Address owner, bool executable, int dataLength, in Hash256 dataRoot, Span<byte> preimage)
    {
        preimage[0] = Prefix;
        MemoryMarshal.Write(preimage[1..], in address);
        BinaryPrimitives.WriteUInt64LittleEndian(preimage[33..], lamports);
        MemoryMarshal.Write(preimage[41..], in owner);
        preimage[73] = executable ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(preimage[74..], (ulong)dataLength);
        MemoryMarshal.Write(preimage[82..], in dataRoot);
    }
}
