using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Velox.Cryptography;

/// <summary>The lattice vectors of accounts: absorbed an account in each lane, read out a block in each lane.</summary>
/// <remarks>
/// Reading out takes 32 blocks, which fill the lanes whatever the account is. Absorbing takes as many blocks one after the other
/// as the account is long, and only several accounts fill lanes; those of more than a chunk are absorbed by themselves.
/// </remarks>
internal static unsafe class LatticeAccounts
{
    // With what else is hashed this is a chunk.
    private const int MaxLaneDataLength = Blake3Constants.ChunkSize - LatticeAccount.FixedLength;

    /// <summary>The vector of one account.</summary>
    [SkipLocalsInit]
    internal static void Hash(in LatticeAccount account, Span<ushort> vector, VectorWidth width)
    {
        if (account.Lamports == 0)
        {
            vector.Clear();
            return;
        }

        Blake3Node root;
        Absorb(in account, &root, width);
        Blake3Vectors.Extend(&root, 0, MemoryMarshal.AsBytes(vector), width);
    }

    /// <summary>Adds the vectors of accounts to a sum, or takes them away.</summary>
    internal static void ForEach<TOperation>(ReadOnlySpan<LatticeAccount> accounts, Span<ushort> sum, VectorWidth width)
        where TOperation : struct, LatticeHash.IOperation
    {
        switch (width)
        {
            case VectorWidth.Bits512:
                ForEach<TOperation, Lanes512<uint>, Vector512<uint>>(accounts, sum, width);
                break;
            case VectorWidth.Bits256:
                ForEach<TOperation, Lanes256<uint>, Vector256<uint>>(accounts, sum, width);
                break;
            case VectorWidth.Bits128:
                ForEach<TOperation, Lanes128<uint>, Vector128<uint>>(accounts, sum, width);
                break;
            default:
                ForEach<TOperation, ScalarLanes<uint>, uint>(accounts, sum, width);
                break;
        }
    }

    [SkipLocalsInit]
    private static void ForEach<TOperation, TLanes, TVector>(ReadOnlySpan<LatticeAccount> accounts, Span<ushort> sum, VectorWidth width)
        where TOperation : struct, LatticeHash.IOperation
        where TLanes : struct, ILanes<TVector, uint>
        where TVector : unmanaged
    {
        byte* chunks = stackalloc byte[Blake3Constants.ChunkSize * TLanes.Count];
        int* lengths = stackalloc int[TLanes.Count];
        Blake3Node* roots = stackalloc Blake3Node[TLanes.Count];
        // As the lanes put them out; into their order they are brought once, at the end.
        ushort* memory = stackalloc ushort[LatticeHash.WordCount + LaneMemory.Slack<ushort>()];
        ushort* total = LaneMemory.Align(memory);
        new Span<ushort>(total, LatticeHash.WordCount).Clear();

        for (int next = 0; next < accounts.Length;)
        {
            int filled = 0;
            for (; next < accounts.Length && filled < TLanes.Count; next++)
            {
                ref readonly LatticeAccount account = ref accounts[next];
                if (account.Lamports == 0)
                    continue;
                if (account.DataLength > MaxLaneDataLength)
                {
                    Blake3Node root;
                    Absorb(in account, &root, width);
                    AddRows<TLanes, TVector>(&root, total);
                    continue;
                }

                lengths[filled] = Write(in account, new Span<byte>(chunks + (filled * Blake3Constants.ChunkSize), Blake3Constants.ChunkSize));
                filled++;
            }

            // One by itself is quicker than a lane of many.
            if (filled == 1)
                Blake3Node.OfChunk(chunks, lengths[0], Key, Blake3Flags.None, width, roots);
            else
                Blake3Lanes<TLanes, TVector>.FindRoots(chunks, lengths, filled, Key, roots);
            for (int lane = 0; lane < filled; lane++)
                AddRows<TLanes, TVector>(roots + lane, total);
        }

        const int wordsPerBlock = Blake3Constants.BlockSize / sizeof(ushort);
        ushort* vector = stackalloc ushort[LatticeHash.WordCount];
        for (int word = 0; word < LatticeHash.WordCount; word += wordsPerBlock * TLanes.Count)
            LaneTranspose.FromRows((uint*)(total + word), TLanes.Count, Blake3Constants.BlockWords, (uint*)(vector + word));
        LatticeHash.Combine<TOperation>(sum, new ReadOnlySpan<ushort>(vector, LatticeHash.WordCount));
    }

    // It is part of the assembly's image, which the garbage collector does not move.
    private static uint* Key => (uint*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Blake3Constants.InitialValue));

    [SkipLocalsInit]
    private static void AddRows<TLanes, TVector>(Blake3Node* root, ushort* total)
        where TLanes : struct, ILanes<TVector, uint>
        where TVector : unmanaged
    {
        const int blocks = LatticeHash.Size / Blake3Constants.BlockSize;
        ushort* memory = stackalloc ushort[LatticeHash.WordCount + LaneMemory.Slack<ushort>()];
        ushort* rows = LaneMemory.Align(memory);
        Blake3Lanes<TLanes, TVector>.ExtendRows(root, 0, blocks / TLanes.Count, (uint*)rows);
        LatticeHash.Combine<LatticeHash.Addition>(
            new Span<ushort>(total, LatticeHash.WordCount), new ReadOnlySpan<ushort>(rows, LatticeHash.WordCount));
    }

    [SkipLocalsInit]
    private static void Absorb(in LatticeAccount account, Blake3Node* root, VectorWidth width)
    {
        if (account.DataLength <= MaxLaneDataLength)
        {
            byte* chunk = stackalloc byte[Blake3Constants.ChunkSize];
            int length = Write(in account, new Span<byte>(chunk, Blake3Constants.ChunkSize));
            Blake3Node.OfChunk(chunk, length, Key, Blake3Flags.None, width, root);
            return;
        }

        Span<byte> parts = stackalloc byte[LatticeAccount.FixedLength];
        Unsafe.SkipInit(out Blake3State state);
        state.Begin(Blake3Constants.InitialValue, Blake3Flags.None, width);
        account.WriteHead(parts);
        state.Append(parts[..sizeof(ulong)]);
        state.Append(account.Data);
        account.WriteTail(parts);
        state.Append(parts[..(LatticeAccount.FixedLength - sizeof(ulong))]);
        state.Finish(root);
    }

    /// <summary>Writes what is hashed of an account.</summary>
    /// <returns>How many bytes these are.</returns>
    private static int Write(in LatticeAccount account, Span<byte> output)
    {
        account.WriteHead(output);
        account.Data.CopyTo(output[sizeof(ulong)..]);
        account.WriteTail(output[(sizeof(ulong) + account.DataLength)..]);
        return LatticeAccount.FixedLength + account.DataLength;
    }
}
