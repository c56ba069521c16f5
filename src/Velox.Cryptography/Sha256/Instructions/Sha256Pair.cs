using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Velox.Cryptography;

/// <summary>Two messages of a length: how they fall into blocks, and the memory for blocks that do not lie in the inputs.</summary>
/// <remarks>
/// Whole blocks are taken where they lie. A prefix makes a block of its own of the first 63 bytes of the input, the head: the blocks
/// behind them can be taken where they lie, too. What is left over is copied to where the end of the message stands already. A last
/// block that holds nothing of the message has its schedule made once; one that holds a single byte, as nodes of trees have it, one of 256.
/// Unsafe: all is reached by address, and no length is checked.
/// </remarks>
internal readonly unsafe ref struct Sha256Pair
{
    private const int HeadLength = Sha256Constants.BlockSize - 1;
    private const int StateSize = Sha256Constants.StateWords * sizeof(uint);

    private readonly Memory* _memory;
    private readonly int _length;
    private readonly Vector128<byte> _prefix;
    private readonly bool _hasHead;
    private readonly int _directBlocks;

    /// <summary>Bytes behind the direct blocks, and where in their block they go.</summary>
    private readonly int _tailLength;
    private readonly int _tailPosition;
    private readonly bool _hasTailBlock;
    private readonly bool _endsWithOneByte;

    /// <summary>Whether the last block holds nothing of the message.</summary>
    private readonly bool _hasPaddingBlock;

    internal Sha256Pair(in Sha256Message message, Memory* memory)
    {
        _memory = memory;
        _length = message.InputLength;
        _prefix = Vector128.CreateScalar(message.Prefix);
        _hasHead = message.HasPrefix && message.InputLength >= HeadLength;
        (_directBlocks, _tailLength) = int.DivRem(message.InputLength - (_hasHead ? HeadLength : 0), Sha256Constants.BlockSize);
        _tailPosition = message.HasPrefix && !_hasHead ? 1 : 0;
        int end = _tailPosition + _tailLength;
        _endsWithOneByte = message.LengthBits == Sha256LastByte.MessageBits;
        _hasTailBlock = end > 0 && !_endsWithOneByte;
        _hasPaddingBlock = end == 0 || end + 1 + Sha256Constants.LengthSize > Sha256Constants.BlockSize;
        if (_hasTailBlock)
        {
            WriteAroundTail(in message, end, memory->TailSpan);
            WriteAroundTail(in message, end, memory->OtherTailSpan);
        }

        if (_hasPaddingBlock)
            Sha256Padding.LastBlock(in message, memory->SumsSpan).CopyTo(memory->SumsSpan);
    }

    /// <summary>Hashes two inputs; they may be the same.</summary>
    internal void Hash(byte* input, byte* otherInput, byte* digest, byte* otherDigest)
    {
        uint* state = _memory->State;
        uint* otherState = _memory->OtherState;
        Sha256Constants.InitialState.CopyTo(new Span<uint>(state, Sha256Constants.StateWords));
        Sha256Constants.InitialState.CopyTo(new Span<uint>(otherState, Sha256Constants.StateWords));

        int start = 0;
        if (_hasHead)
        {
            WriteHead(input, _memory->Head);
            WriteHead(otherInput, _memory->OtherHead);
            Sha256Instructions.Compress(state, _memory->Head, otherState, _memory->OtherHead, 1);
            start = HeadLength;
        }

        if (_directBlocks > 0)
            Sha256Instructions.Compress(state, input + start, otherState, otherInput + start, _directBlocks);
        if (_hasTailBlock)
        {
            start += _directBlocks * Sha256Constants.BlockSize;
            Unsafe.CopyBlockUnaligned(_memory->Tail + _tailPosition, input + start, (uint)_tailLength);
            Unsafe.CopyBlockUnaligned(_memory->OtherTail + _tailPosition, otherInput + start, (uint)_tailLength);
            Sha256Instructions.Compress(state, _memory->Tail, otherState, _memory->OtherTail, 1);
        }

        if (_hasPaddingBlock)
            Sha256Instructions.CompressSums(state, _memory->Sums, otherState, _memory->Sums);
        else if (_endsWithOneByte)
            Sha256Instructions.CompressSums(state, Sha256LastByte.SumsOf(input[_length - 1]), otherState, Sha256LastByte.SumsOf(otherInput[_length - 1]));

        WriteDigest(state, digest);
        WriteDigest(otherState, otherDigest);
    }

    /// <summary>The prefix and the first 63 bytes, in vectors as they are read again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteHead(byte* input, byte* head)
    {
        // An index out of range gives a zero.
        Vector128<byte> first = Vector128.Shuffle(
            Vector128.Load(input), Vector128.Create((byte)0xff, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14));
        (first | _prefix).Store(head);
        Vector128.Load(input + 15).Store(head + 16);
        Vector128.Load(input + 31).Store(head + 32);
        Vector128.Load(input + 47).Store(head + 48);
    }

    /// <summary>What stands before and behind the tail in its block; it stays from pair to pair.</summary>
    private void WriteAroundTail(in Sha256Message message, int end, Span<byte> block)
    {
        block.Clear();
        if (_tailPosition > 0)
            block[0] = message.Prefix;
        block[end] = (byte)(Sha256Constants.EndOfMessage >> 24);
        if (!_hasPaddingBlock)
            BinaryPrimitives.WriteUInt64BigEndian(block[^Sha256Constants.LengthSize..], message.LengthBits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteDigest(uint* state, byte* digest)
    {
        Vector128<byte> order = Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
        Vector128.Shuffle(Vector128.Load((byte*)state), order).Store(digest);
        Vector128.Shuffle(Vector128.Load((byte*)(state + 4)), order).Store(digest + 16);
    }

    /// <summary>What a pair is hashed in; on the stack of who hashes.</summary>
    internal struct Memory
    {
        internal fixed uint State[Sha256Constants.StateWords];
        internal fixed uint OtherState[Sha256Constants.StateWords];
        internal fixed byte Head[Sha256Constants.BlockSize];
        internal fixed byte OtherHead[Sha256Constants.BlockSize];
        internal fixed byte Tail[Sha256Constants.BlockSize];
        internal fixed byte OtherTail[Sha256Constants.BlockSize];
        internal fixed uint Sums[Sha256Constants.Rounds];

        internal Span<byte> TailSpan => MemoryMarshal.CreateSpan(ref Tail[0], Sha256Constants.BlockSize);

        internal Span<byte> OtherTailSpan => MemoryMarshal.CreateSpan(ref OtherTail[0], Sha256Constants.BlockSize);

        internal Span<uint> SumsSpan => MemoryMarshal.CreateSpan(ref Sums[0], Sha256Constants.Rounds);
    }
}
