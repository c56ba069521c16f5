using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ArmSha256 = System.Runtime.Intrinsics.Arm.Sha256;

namespace Velox.Cryptography;

/// <summary>ARM64's instructions for SHA-256 (Arm ARM, DDI 0487, C7.2: SHA256H, SHA256H2, SHA256SU0, SHA256SU1).</summary>
/// <remarks>An interface, so that tests run what is built on them where there are none.</remarks>
internal interface IArmSha256Unit
{
    /// <summary>The words a to d after four rounds.</summary>
    static abstract Vector128<uint> HashUpdate1(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> sums);

    /// <summary>The words e to h after four rounds.</summary>
    static abstract Vector128<uint> HashUpdate2(Vector128<uint> efgh, Vector128<uint> abcd, Vector128<uint> sums);

    /// <summary>Words 0 to 3, each with σ0 of the word behind it added.</summary>
    static abstract Vector128<uint> ScheduleUpdate0(Vector128<uint> words0, Vector128<uint> words4);

    /// <summary>Words 16 to 19, of the former and the words 8 to 15.</summary>
    static abstract Vector128<uint> ScheduleUpdate1(Vector128<uint> updated0, Vector128<uint> words8, Vector128<uint> words12);
}

/// <summary>The processor's.</summary>
internal readonly struct ArmSha256Unit : IArmSha256Unit
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> HashUpdate1(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> sums) =>
        ArmSha256.HashUpdate1(abcd, efgh, sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> HashUpdate2(Vector128<uint> efgh, Vector128<uint> abcd, Vector128<uint> sums) =>
        ArmSha256.HashUpdate2(efgh, abcd, sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> ScheduleUpdate0(Vector128<uint> words0, Vector128<uint> words4) =>
        ArmSha256.ScheduleUpdate0(words0, words4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> ScheduleUpdate1(Vector128<uint> updated0, Vector128<uint> words8, Vector128<uint> words12) =>
        ArmSha256.ScheduleUpdate1(updated0, words8, words12);
}

/// <summary>The compression of one message, or of two between each other, by ARM64's instructions.</summary>
/// <remarks>Unsafe: as <see cref="Sha256Instructions"/>.</remarks>
internal static unsafe class Sha256ArmRounds<TUnit>
    where TUnit : struct, IArmSha256Unit
{
    private const int VectorSize = 16;

    internal static void Compress(uint* state, byte* blocks, int count)
    {
        var message = new Message(state);
        for (; count > 0; count--, blocks += Sha256Constants.BlockSize)
        {
            Message before = message;
            var words = new Words(blocks);
            ref uint constants = ref MemoryMarshal.GetReference(Sha256Constants.RoundConstants);
            for (nuint round = 0; round < Sha256Constants.Rounds; round += Sha256Constants.BlockWords)
            {
                message.Rounds(words.First + Vector128.LoadUnsafe(ref constants, round));
                message.Rounds(words.Second + Vector128.LoadUnsafe(ref constants, round + 4));
                message.Rounds(words.Third + Vector128.LoadUnsafe(ref constants, round + 8));
                message.Rounds(words.Fourth + Vector128.LoadUnsafe(ref constants, round + 12));
                words.Advance();
            }

            message.Add(before);
        }

        message.Store(state);
    }

    internal static void Compress(uint* state, byte* blocks, uint* otherState, byte* otherBlocks, int count)
    {
        var message = new Message(state);
        var other = new Message(otherState);
        for (; count > 0; count--)
        {
            (Message before, Message otherBefore) = (message, other);
            (var words, var otherWords) = (new Words(blocks), new Words(otherBlocks));
            ref uint constants = ref MemoryMarshal.GetReference(Sha256Constants.RoundConstants);
            for (nuint round = 0; round < Sha256Constants.Rounds; round += Sha256Constants.BlockWords)
            {
                Vector128<uint> some = Vector128.LoadUnsafe(ref constants, round);
                message.Rounds(words.First + some);
                other.Rounds(otherWords.First + some);
                some = Vector128.LoadUnsafe(ref constants, round + 4);
                message.Rounds(words.Second + some);
                other.Rounds(otherWords.Second + some);
                some = Vector128.LoadUnsafe(ref constants, round + 8);
                message.Rounds(words.Third + some);
                other.Rounds(otherWords.Third + some);
                some = Vector128.LoadUnsafe(ref constants, round + 12);
                message.Rounds(words.Fourth + some);
                other.Rounds(otherWords.Fourth + some);
                words.Advance();
                otherWords.Advance();
            }

            message.Add(before);
            other.Add(otherBefore);
            blocks += Sha256Constants.BlockSize;
            otherBlocks += Sha256Constants.BlockSize;
        }

        message.Store(state);
        other.Store(otherState);
    }

    internal static void CompressSums(uint* state, uint* sums, uint* otherState, uint* otherSums)
    {
        (var message, var other) = (new Message(state), new Message(otherState));
        (Message before, Message otherBefore) = (message, other);
        for (int round = 0; round < Sha256Constants.Rounds; round += 4)
        {
            message.Rounds(Vector128.Load(sums + round));
            other.Rounds(Vector128.Load(otherSums + round));
        }

        message.Add(before);
        other.Add(otherBefore);
        message.Store(state);
        other.Store(otherState);
    }

    private struct Message(uint* state)
    {
        private Vector128<uint> _abcd = Vector128.Load(state);
        private Vector128<uint> _efgh = Vector128.Load(state + 4);

        /// <summary>Four of them.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Rounds(Vector128<uint> sums)
        {
            Vector128<uint> abcd = _abcd;
            _abcd = TUnit.HashUpdate1(abcd, _efgh, sums);
            _efgh = TUnit.HashUpdate2(_efgh, abcd, sums);
        }

        internal void Add(Message before)
        {
            _abcd += before._abcd;
            _efgh += before._efgh;
        }

        internal readonly void Store(uint* state)
        {
            _abcd.Store(state);
            _efgh.Store(state + 4);
        }
    }

    /// <summary>Sixteen words of a schedule.</summary>
    private struct Words(byte* block)
    {
        internal Vector128<uint> First = Load(block);
        internal Vector128<uint> Second = Load(block + VectorSize);
        internal Vector128<uint> Third = Load(block + (2 * VectorSize));
        internal Vector128<uint> Fourth = Load(block + (3 * VectorSize));

        /// <summary>The next sixteen; behind the last round, where nobody needs them, they cost less than a question.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Advance()
        {
            First = TUnit.ScheduleUpdate1(TUnit.ScheduleUpdate0(First, Second), Third, Fourth);
            Second = TUnit.ScheduleUpdate1(TUnit.ScheduleUpdate0(Second, Third), Fourth, First);
            Third = TUnit.ScheduleUpdate1(TUnit.ScheduleUpdate0(Third, Fourth), First, Second);
            Fourth = TUnit.ScheduleUpdate1(TUnit.ScheduleUpdate0(Fourth, First), Second, Third);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<uint> Load(byte* words) => Vector128.Shuffle(
            Vector128.Load(words), Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)).AsUInt32();
    }
}
