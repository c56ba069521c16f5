using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>What the 64 rounds add: word and constant of each.</summary>
/// <remarks>Fields are references to 64 words each, used without checks.</remarks>
internal interface ISha256Schedule<TWords>
    where TWords : struct, ISha256Words<TWords>
{
    /// <summary>What round i of the next eight adds.</summary>
    TWords Next(int i);

    void Advance8();
}

/// <summary>A schedule in memory, without the constants.</summary>
internal ref struct Sha256Schedule<TWords>(ref TWords words) : ISha256Schedule<TWords>
    where TWords : struct, ISha256Words<TWords>
{
    private ref TWords _words = ref words;
    private ref uint _constants = ref MemoryMarshal.GetReference(Sha256Constants.RoundConstants);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TWords Next(int i) => Unsafe.Add(ref _words, i) + TWords.Create(Unsafe.Add(ref _constants, i));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance8()
    {
        _words = ref Unsafe.Add(ref _words, 8);
        _constants = ref Unsafe.Add(ref _constants, 8);
    }
}

/// <summary>The schedule of a block that is the same for all inputs, its words and the constants added up.</summary>
internal ref struct Sha256ConstantSchedule<TWords>(ref uint sums) : ISha256Schedule<TWords>
    where TWords : struct, ISha256Words<TWords>
{
    private ref uint _sums = ref sums;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TWords Next(int i) => TWords.Create(Unsafe.Add(ref _sums, i));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance8() => _sums = ref Unsafe.Add(ref _sums, 8);
}

/// <summary>One of several schedules that were made side by side, a lane each, words and constants added up.</summary>
internal ref struct Sha256LaneSchedule<TLanes>(ref TLanes sums, int lane) : ISha256Schedule<Sha256Word>
    where TLanes : struct, ISha256Lanes<TLanes>
{
    private ref uint _sums = ref Unsafe.Add(ref Unsafe.As<TLanes, uint>(ref sums), lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Sha256Word Next(int i) => Sha256Word.Create(Unsafe.Add(ref _sums, i * TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance8() => _sums = ref Unsafe.Add(ref _sums, 8 * TLanes.Count);
}
