using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Velox.Cryptography;

/// <summary>Where the routines begin in <see cref="Sha256X64Code"/>.</summary>
internal readonly record struct Sha256X64Entries(int Blocks, int PairOfBlocks, int PairOfSums);

/// <summary>Writes SHA-256 with the processor's instructions for it, which .NET has no class for.</summary>
/// <remarks>
/// <para>
/// Functions of C on Linux (System V). A state is 8 words in the order of the standard; the instructions hold it as a, b, e, f and
/// c, d, g, h. Two rounds take 4 clock cycles from one to the next of a message, but 2 where those of another stand between: so the
/// routines for pairs. The processor itself finds the second message behind four rounds of the first.
/// </para>
/// <para>
/// Constants stand before the code. Only registers that a callee may change are changed, and no stack is taken but the 128 bytes
/// below it that System V leaves to functions which call none. Nothing is checked.
/// </para>
/// </remarks>
internal static class Sha256X64Code
{
    internal const int MaxBytes = 4_096;

    private const int VectorSize = 16;
    private const int VectorsOfBlock = Sha256Constants.BlockSize / VectorSize;
    private const int RoundsOfVector = 4;
    private const int Groups = Sha256Constants.Rounds / RoundsOfVector;
    private const int ShuffleLowHalf = 0x0e;

    // Register 0 is what the rounds take their sums from.
    private const int Sum = 0;
    private static readonly Message First = new(Abef: 1, Cdgh: 2, Words: 3, AbefBefore: 13, CdghBefore: 14);
    private static readonly Message Second = new(Abef: 7, Cdgh: 8, Words: 9, AbefBefore: 15, CdghBefore: -1);

    /// <summary>Below the stack, at a multiple of 16: a call leaves it 8 bytes off one.</summary>
    private const int RedZone = -24;

    private static ReadOnlySpan<byte> BigEndianWords => [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];

    private const int OrderPosition = Sha256Constants.Rounds * sizeof(uint);

    /// <returns>How many bytes were written.</returns>
    internal static int Write(Span<byte> memory, out Sha256X64Entries entries)
    {
        var code = new SseWriter(memory);
        code.Write(MemoryMarshal.AsBytes(Sha256Constants.RoundConstants));
        code.Write(BigEndianWords);
        int blocks = code.Position;
        WriteBlocks(ref code);
        int pairOfBlocks = code.Position;
        WritePairOfBlocks(ref code);
        int pairOfSums = code.Position;
        WritePairOfSums(ref code);
        entries = new Sha256X64Entries(blocks, pairOfBlocks, pairOfSums);
        return code.Position;
    }

    /// <summary>void (uint* state, byte* blocks, nuint count), count at least 1.</summary>
    private static void WriteBlocks(ref SseWriter code)
    {
        Begin(ref code);
        LoadState(ref code, First, GeneralRegister.Rdi);
        int loop = code.Position;
        KeepState(ref code, First);
        for (int group = 0; group < Groups; group++)
            FourRounds(ref code, First, GeneralRegister.Rsi, group);
        AddState(ref code, First);
        code.Add(GeneralRegister.Rsi, Sha256Constants.BlockSize);
        code.DecrementAndRepeat(GeneralRegister.Rdx, loop);
        StoreState(ref code, First, GeneralRegister.Rdi);
        code.Return();
    }

    /// <summary>void (uint* state, byte* blocks, uint* state2, byte* blocks2, nuint count), count at least 1.</summary>
    private static void WritePairOfBlocks(ref SseWriter code)
    {
        Begin(ref code);
        LoadState(ref code, First, GeneralRegister.Rdi);
        LoadState(ref code, Second, GeneralRegister.Rdx);
        int loop = code.Position;
        KeepState(ref code, First);
        KeepState(ref code, Second);
        for (int group = 0; group < Groups; group++)
        {
            FourRounds(ref code, First, GeneralRegister.Rsi, group);
            FourRounds(ref code, Second, GeneralRegister.Rcx, group);
        }

        AddState(ref code, First);
        AddState(ref code, Second);
        code.Add(GeneralRegister.Rsi, Sha256Constants.BlockSize);
        code.Add(GeneralRegister.Rcx, Sha256Constants.BlockSize);
        code.DecrementAndRepeat(GeneralRegister.R8, loop);
        StoreState(ref code, First, GeneralRegister.Rdi);
        StoreState(ref code, Second, GeneralRegister.Rdx);
        code.Return();
    }

    /// <summary>void (uint* state, uint* sums, uint* state2, uint* sums2): the rounds of a block whose words and constants are added up already.</summary>
    private static void WritePairOfSums(ref SseWriter code)
    {
        Begin(ref code);
        LoadState(ref code, First, GeneralRegister.Rdi);
        LoadState(ref code, Second, GeneralRegister.Rdx);
        KeepState(ref code, First);
        KeepState(ref code, Second);
        for (int group = 0; group < Groups; group++)
        {
            code.Load(Sum, GeneralRegister.Rsi, group * VectorSize);
            FourRounds(ref code, First);
            code.Load(Sum, GeneralRegister.Rcx, group * VectorSize);
            FourRounds(ref code, Second);
        }

        AddState(ref code, First);
        AddState(ref code, Second);
        StoreState(ref code, First, GeneralRegister.Rdi);
        StoreState(ref code, Second, GeneralRegister.Rdx);
        code.Return();
    }

    private static void Begin(ref SseWriter code)
    {
        if (Avx.IsSupported)
            code.ClearUpperHalves();
    }

    // The instructions want the first word on top.
    private static void LoadState(ref SseWriter code, Message message, GeneralRegister state)
    {
        code.Load(Sum, state, 0);
        code.Load(message.Cdgh, state, VectorSize);
        code.ShuffleWords(Sum, Sum, 0xb1); // c d a b
        code.ShuffleWords(message.Cdgh, message.Cdgh, 0x1b); // e f g h
        code.Move(message.Abef, Sum);
        code.Align(message.Abef, message.Cdgh, 8);
        code.TakeUpperHalf(message.Cdgh, Sum);
    }

    private static void StoreState(ref SseWriter code, Message message, GeneralRegister state)
    {
        code.ShuffleWords(Sum, message.Abef, 0x1b); // f e b a
        code.ShuffleWords(message.Cdgh, message.Cdgh, 0xb1); // d c h g
        code.Move(message.Abef, Sum);
        code.TakeUpperHalf(message.Abef, message.Cdgh); // d c b a
        code.Align(message.Cdgh, Sum, 8); // h g f e
        code.Store(message.Abef, state, 0);
        code.Store(message.Cdgh, state, VectorSize);
    }

    private static void KeepState(ref SseWriter code, Message message)
    {
        code.Move(message.AbefBefore, message.Abef);
        if (message.CdghBefore >= 0)
            code.Move(message.CdghBefore, message.Cdgh);
        else
            code.Store(message.Cdgh, GeneralRegister.Rsp, RedZone);
    }

    private static void AddState(ref SseWriter code, Message message)
    {
        code.Add(message.Abef, message.AbefBefore);
        if (message.CdghBefore >= 0)
            code.Add(message.Cdgh, message.CdghBefore);
        else
            code.Add(message.Cdgh, GeneralRegister.Rsp, RedZone);
    }

    /// <summary>Four rounds; the words for those that come 4 to 12 rounds later are made beside them.</summary>
    private static void FourRounds(ref SseWriter code, Message message, GeneralRegister block, int group)
    {
        int words = message.WordsOf(group);
        if (group < VectorsOfBlock)
        {
            code.Load(words, block, group * VectorSize);
            code.ShuffleBytes(words, OrderPosition);
        }

        code.Move(Sum, words);
        code.AddConstant(Sum, group * VectorSize);
        FourRounds(ref code, message);

        if (group is >= VectorsOfBlock - 1 and < Groups - 1)
        {
            code.Move(Sum, words);
            code.Align(Sum, message.WordsOf(group - 1), 4);
            code.Add(message.WordsOf(group + 1), Sum);
            code.Message2(message.WordsOf(group + 1), words);
        }

        if (group is >= 1 and < Groups - VectorsOfBlock + 1)
            code.Message1(message.WordsOf(group - 1), words);
    }

    /// <summary>Four rounds that take the sums of words and constants from their register.</summary>
    private static void FourRounds(ref SseWriter code, Message message)
    {
        code.TwoRounds(message.Cdgh, message.Abef);
        code.ShuffleWords(Sum, Sum, ShuffleLowHalf);
        code.TwoRounds(message.Abef, message.Cdgh);
    }

    /// <summary>Which registers a message has: its state, four for the last 16 words, and its state before the block; -1 if that is in memory.</summary>
    private readonly record struct Message(int Abef, int Cdgh, int Words, int AbefBefore, int CdghBefore)
    {
        internal int WordsOf(int group) => Words + (group % VectorsOfBlock);
    }
}
