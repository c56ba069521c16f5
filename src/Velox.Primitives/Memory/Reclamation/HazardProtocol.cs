using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>Whoever has the words in which a <see cref="HazardProtocol{TModel}"/> keeps what it holds.</summary>
internal interface IHazards
{
    /// <summary>The number held in a slot, or <see cref="HazardReclaimer.None"/>.</summary>
    /// <param name="slot">0 to <see cref="HazardReader.Slots"/> - 1.</param>
    ref int Hazard(int slot);
}

/// <summary>The algorithm of <see cref="HazardReclaimer"/>, whose remarks say why it is safe.</summary>
internal static class HazardProtocol<TModel>
    where TModel : struct, IMemoryModel
{
    /// <summary>The reader's: the number in the source, held from here on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Protect(ref int hazard, ref int source)
    {
        int found = TModel.LoadAcquire(ref source);
        while (true)
        {
            // Release: what was held in this slot before is not touched any more.
            TModel.StoreRelease(ref hazard, found);

            // The hazard before the second look: the other half is the fence in AddHeld.
            TModel.FenceLight();
            int again = TModel.LoadAcquire(ref source);
            if (again == found)
                return found;
            found = again;
        }
    }

    /// <summary>The reader's: holds nothing in the slot. Release: its loads from the node are over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Clear(ref int hazard) => TModel.StoreRelease(ref hazard, HazardReclaimer.None);

    /// <summary>The collecting side's: adds all numbers that readers hold, of those unlinked before this call.</summary>
    internal static void AddHeld<TReader>(ReadOnlySpan<TReader> readers, HashSet<int> held)
        where TReader : class, IHazards
    {
        // Either a hazard came before this fence, and is seen below; or its reader's second look comes after it, sees that the
        // node is unlinked, and the reader tries again.
        TModel.FenceProcessWide();
        foreach (TReader reader in readers)
        {
            for (int slot = 0; slot < HazardReader.Slots; slot++)
            {
                int index = Held(ref reader.Hazard(slot));
                if (index != HazardReclaimer.None)
                    held.Add(index);
            }
        }
    }

    /// <summary>The number in a slot. Acquire: of what it held before the loads are over.</summary>
    internal static int Held(ref int hazard) => TModel.LoadAcquire(ref hazard);
}
