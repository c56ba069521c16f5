using System.Runtime.CompilerServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>Keeps everything while the thread is in its epoch: links are followed as they are.</summary>
internal readonly struct EpochGuard(EpochReader reader) : ILockFreeGuard
{
    public static bool KeepsAll => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter() => reader.Enter();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit() => reader.Exit();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Hold(int slot, long link)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryHold(int slot, long link, ref long word) => true;
}
