using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>What the 64 rounds add: word and constant of each.</summary>
/// <remarks>Fields are references to 64 words each, used without checks.</remarks>
internal interface ISha256Schedule<TWords>
    where TWords : struct, ISha256Words<TWords>
{
    /// <summary>Adds to some words what round i of the next eight adds.</summary>
    TWords AddTo(TWords words, int i);

    /// <summary>Whether there are rounds left; a counter beside the references would be a register too many.</summary>
    bool HasMore { get; }

    void Advance8();
}

/// <summary>A schedule in memory, without the constants.</summary>
internal ref struct Sha256Schedule<TWords>(ref TWords words) : ISha256Schedule<TWords>
    where TWords : struct, ISha256Words<TWords>
{
    private readonly ref TWords _end = ref Unsafe.Add(ref words, Sha256Constants.Rounds);
    private ref TWords _words = ref words;
    private ref uint _constants = ref MemoryMarshal.GetReference(Sha256Constants.RoundConstants);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TWords AddTo(TWords words, int i) =>
        words + Unsafe.Add(ref _words, i) + TWords.Create(Unsafe.Add(ref _constants, i));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance8()
    {
        _words = ref Unsafe.Add(ref _words, 8);
        _constants = ref Unsafe.Add(ref _constants, 8);
    }

    public readonly bool HasMore => Unsafe.IsAddressLessThan(ref _words, ref _end);
}

/// <summary>The schedule of a block that is the same for all inputs, its words and the constants added up.</summary>
internal ref struct Sha256ConstantSchedule<TWords>(ref uint sums) : ISha256Schedule<TWords>
    where TWords : struct, ISha256Words<TWords>
{
    private readonly ref uint _end = ref Unsafe.Add(ref sums, Sha256Constants.Rounds);
    private ref uint _sums = ref sums;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TWords AddTo(TWords words, int i) => words + TWords.Create(Unsafe.Add(ref _sums, i));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance8()
    {
        _sums = ref Unsafe.Add(ref _sums, 8);
    }

    public readonly bool HasMore => Unsafe.IsAddressLessThan(ref _sums, ref _end);
}

/// <summary>One of several schedules that were made side by side, a lane each, words and constants added up.</summary>
internal ref struct Sha256LaneSchedule<TLanes>(ref TLanes sums, int lane) : ISha256Schedule<Sha256Word>
    where TLanes : struct, ISha256Lanes<TLanes>
{
    private readonly ref uint _end = ref Unsafe.As<TLanes, uint>(ref Unsafe.Add(ref sums, Sha256Constants.Rounds));
    private ref uint _sums = ref Unsafe.Add(ref Unsafe.As<TLanes, uint>(ref sums), lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Sha256Word AddTo(Sha256Word words, int i) => new(words.Value + Unsafe.Add(ref _sums, i * TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance8()
    {
        _sums = ref Unsafe.Add(ref _sums, 8 * TLanes.Count);
    }

    public readonly bool HasMore => Unsafe.IsAddressLessThan(ref _sums, ref _end);
}

/// <summary>As <see cref="Sha256LaneSchedule{TLanes}"/>, and by the way the schedules of the next blocks are made.</summary>
/// <remarks>
/// The rounds of one message leave the vector units idle. All lanes together have as many steps as a schedule has words: with
/// eight lanes one at every eighth round.
/// </remarks>
internal ref struct Sha256OverlappedSchedule<TLanes>(ref TLanes sums, int lane, ref TLanes next) : ISha256Schedule<Sha256Word>
    where TLanes : struct, ISha256Lanes<TLanes>
{
    private Sha256LaneSchedule<TLanes> _current = new(ref sums, lane);
    private Sha256ScheduleMaker<TLanes> _next = new(ref next, lane * Sha256Constants.Rounds / TLanes.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Sha256Word AddTo(Sha256Word words, int i) => _current.AddTo(words, i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance8()
    {
        for (int step = 0; step < 8 / TLanes.Count; step++)
            _next.Step();
        _current.Advance8();
    }

    public readonly bool HasMore => _current.HasMore;
}
