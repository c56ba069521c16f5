using System.Runtime.CompilerServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>Keeps the nodes that the thread names in its hazards, and no others (Michael 2004).</summary>
/// <remarks>
/// <para>
/// A node is named in three steps: the store of the hazard; a full fence; and a second look, which must find that the node is
/// not retired. The fence is the light half of an asymmetric pair, <see cref="IMemoryModel.FenceLight"/>: the full one that
/// makes up for it, <see cref="IMemoryModel.FenceProcessWide"/>, is in <see cref="HazardTable.AddHeld"/>, between the retirement
/// and the reading of the hazards. Whichever of the two comes later decides: either that reading sees the hazard, and keeps
/// the node; or the second look sees that the node was unlinked or its order closed, and the thread lets go of it.
/// </para>
/// <para>
/// The second look is one of three. <b>Behind a word</b> (<see cref="TryHold"/>): the word leads to the node still, and
/// without a mark, and the word's own node is held: so that one is not removed, is in its list, and the node behind it too.
/// <b>By number</b>, of an order: its <see cref="OrderWord"/> says the use that was meant, and open lots: only closed orders are
/// retired. <b>The level of an order</b>: the compare-and-swap that changes the order finds it open: the level of an open order
/// is not closed. (Here the exchange would do without the fence: whoever finds the order closed by it sees the hazard.) No
/// second look is needed for an order that its thread names before it links it: the release of the linking hands the hazard
/// on to whoever unlinks and retires it.
/// </para>
/// <para>Unsafe: the words are a thread's own in the table, whose memory the book keeps.</para>
/// </remarks>
internal readonly unsafe struct HazardGuard<TModel>(long* hazards) : ILockFreeGuard
    where TModel : struct, IMemoryModel
{
    public static bool KeepsAll => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit()
    {
        for (int slot = 0; slot < HazardSlot.Count; slot++)
            Clear(slot);
    }

    /// <summary>Names nothing in a slot. Release: all loads from its node are over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Clear(int slot) => TModel.StoreRelease(ref hazards[slot], Link.End);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Hold(int slot, long link)
    {
        // Release: the loads from what was held in the slot before are over.
        TModel.StoreRelease(ref hazards[slot], link);
        TModel.FenceLight(); // the hazard before the second look
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryHold(int slot, long link, ref long word)
    {
        Hold(slot, link);
        return TModel.LoadAcquire(ref word) == link;
    }
}
