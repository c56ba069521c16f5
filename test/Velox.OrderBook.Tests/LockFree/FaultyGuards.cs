using Velox.ModelChecking;

namespace Velox.OrderBook.Tests;

/// <summary>What is wrong with the hazards of a thread: nothing but what is said.</summary>
internal interface IGuardFault
{
    /// <summary>Whether a word is not looked at again after its node was named.</summary>
    static virtual bool LooksOnce => false;

    /// <summary>Slots, as bits, in which nothing is named.</summary>
    static virtual int NamelessSlots => 0;

    /// <summary>Whether the node before is let go when the next one is named.</summary>
    static virtual bool WalksWithOneHand => false;

    /// <summary>Whether removed nodes are walked over.</summary>
    static virtual bool WalksOverRemoved => false;
}

internal readonly struct LooksOnce : IGuardFault
{
    static bool IGuardFault.LooksOnce => true;
}

internal readonly struct DoesNotNameItsOrder : IGuardFault
{
    public static int NamelessSlots => 1 << HazardSlot.Order;
}

internal readonly struct DoesNotNameLevels : IGuardFault
{
    public static int NamelessSlots => (1 << HazardSlot.Levels) | (1 << (HazardSlot.Levels ^ 1));
}

internal readonly struct WalksWithOneHand : IGuardFault
{
    static bool IGuardFault.WalksWithOneHand => true;
}

internal readonly struct WalksOverRemoved : IGuardFault
{
    static bool IGuardFault.WalksOverRemoved => true;
}

/// <summary>Hazards with a fault.</summary>
internal readonly struct FaultyGuard<TFault>(ModelGuard<CheckedModel> guard) : ILockFreeGuard
    where TFault : struct, IGuardFault
{
    public static bool KeepsAll => TFault.WalksOverRemoved;

    public void Enter() => guard.Enter();

    public void Exit() => guard.Exit();

    public void Hold(int slot, long link)
    {
        if ((TFault.NamelessSlots & (1 << slot)) != 0)
            return;
        if (TFault.WalksWithOneHand && slot != HazardSlot.Order)
            slot &= ~1;
        guard.Hold(slot, link);
    }

    public bool TryHold(int slot, long link, ref long word)
    {
        Hold(slot, link);
        return TFault.LooksOnce || CheckedModel.LoadAcquire(ref word) == link;
    }
}
