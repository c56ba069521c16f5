using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>Makes schedules with the constants added, a word of each at a step.</summary>
/// <remarks>
/// Memory: <see cref="Size"/> words; the first 16 are the blocks, and the sums come to stand at <see cref="SumsStart"/>. Used without
/// checks. All is reached from one reference: a second one would push words of the rounds that run meanwhile out of the registers.
/// </remarks>
internal ref struct Sha256ScheduleMaker<TLanes>(ref TLanes memory, int step)
    where TLanes : struct, ISha256Words<TLanes>
{
    // A step writes the word sixteen behind it, also where no round needs that any more.
    internal const int SumsStart = Sha256Constants.Rounds + Sha256Constants.BlockWords;
    private const int ConstantsStart = SumsStart + Sha256Constants.Rounds;
    internal const int Size = ConstantsStart + Sha256Constants.Rounds;

    private ref TLanes _word = ref Unsafe.Add(ref memory, step);

    /// <summary>Makes all at once; does not need the constants in the memory.</summary>
    internal static void MakeAll(Span<TLanes> memory)
    {
        Sha256Compression.Expand(ref MemoryMarshal.GetReference(memory));
        for (int t = 0; t < Sha256Constants.Rounds; t++)
            memory[SumsStart + t] = memory[t] + TLanes.Create(Sha256Constants.RoundConstants[t]);
    }

    /// <summary>Must come before the first step in a memory: with the constants in it a step takes one register.</summary>
    internal static void WriteConstants(Span<TLanes> memory)
    {
        for (int t = 0; t < Sha256Constants.Rounds; t++)
            memory[ConstantsStart + t] = TLanes.Create(Sha256Constants.RoundConstants[t]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Step()
    {
        TLanes word = _word;
        Unsafe.Add(ref _word, SumsStart) = word + Unsafe.Add(ref _word, ConstantsStart);
        Unsafe.Add(ref _word, Sha256Constants.BlockWords) = word + Sha256Compression.SmallSigma0(Unsafe.Add(ref _word, 1))
            + Unsafe.Add(ref _word, 9) + Sha256Compression.SmallSigma1(Unsafe.Add(ref _word, 14));
        _word = ref Unsafe.Add(ref _word, 1);
    }
}
