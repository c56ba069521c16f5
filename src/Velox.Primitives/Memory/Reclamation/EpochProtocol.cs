using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>Whoever has the word in which an <see cref="EpochProtocol{TModel}"/> keeps what epoch it is in.</summary>
internal interface IEpochPin
{
    /// <summary>The epoch pinned, or <see cref="EpochProtocol.Outside"/>.</summary>
    ref long Pin { get; }
}

/// <summary>Values of the words of an <see cref="EpochProtocol{TModel}"/>.</summary>
internal static class EpochProtocol
{
    internal const long Outside = 0;
    internal const long FirstEpoch = 1;

    /// <summary>Whether a node retired in one epoch can be held by nobody in another.</summary>
    internal static bool IsFree(long retiredIn, long epoch) => retiredIn + 2 <= epoch;
}

/// <summary>The algorithm of <see cref="EpochReclaimer"/>, whose remarks say why it is safe.</summary>
/// <remarks>
/// Writers unlink, then take the <see cref="Epoch"/> as the node's; they do this and <see cref="Advance"/> under one lock.
/// </remarks>
internal static class EpochProtocol<TModel>
    where TModel : struct, IMemoryModel
{
    /// <summary>The epoch now. Acquire: what was unlinked before it was set is not found after this.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Epoch(ref long epoch) => TModel.LoadAcquire(ref epoch);

    /// <summary>The reader's, before its walk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Enter(ref long pin, ref long epoch)
    {
        TModel.StoreRelease(ref pin, Epoch(ref epoch));

        // The pin before the loads of the walk: the other half is the fence in Advance. A full one here would cost tens of cycles.
        TModel.FenceLight();
    }

    /// <summary>The reader's, after its walk. Release: the loads of the walk are over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Exit(ref long pin) => TModel.StoreRelease(ref pin, EpochProtocol.Outside);

    /// <summary>The epoch a reader is in. Acquire: when it says outside, the loads of its walk are over.</summary>
    internal static long Pinned(ref long pin) => TModel.LoadAcquire(ref pin);

    /// <summary>Moves the epoch on by up to two, so that one call frees all garbage if nobody is inside.</summary>
    /// <returns>The reader that prevents the next step; null when both were taken.</returns>
    internal static TReader? Advance<TReader>(ref long epoch, ReadOnlySpan<TReader> readers)
        where TReader : class, IEpochPin
    {
        // All garbage was unlinked before. Either a reader's pin came before this fence, and is seen below; or the loads of
        // its walk come after it, and see the unlinking. That holds for both steps.
        TModel.FenceProcessWide();
        TReader? blocker = FindReaderOfEarlierEpoch(ref epoch, readers);
        for (int step = 0; step < 2 && blocker is null; step++)
        {
            // Release: whoever enters with the new epoch finds nothing of what was unlinked. Writers hold the lock.
            TModel.StoreRelease(ref epoch, Epoch(ref epoch) + 1);
            blocker = FindReaderOfEarlierEpoch(ref epoch, readers);
        }

        return blocker;
    }

    private static TReader? FindReaderOfEarlierEpoch<TReader>(ref long epoch, ReadOnlySpan<TReader> readers)
        where TReader : class, IEpochPin
    {
        long now = Epoch(ref epoch);
        foreach (TReader reader in readers)
        {
            long pinned = Pinned(ref reader.Pin);
            if (pinned != EpochProtocol.Outside && pinned != now)
                return reader;
        }

        return null;
    }
}
