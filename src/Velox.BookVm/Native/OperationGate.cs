using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.BookVm;

/// <summary>Operations of the market as native code calls them: arguments in registers, the machine not looked at.</summary>
/// <remarks>
/// <para>The result is the error, or <see cref="Thrown"/>. An exception must not pass native frames: it is kept, and the
/// instruction's function, which native code calls then, throws it.</para>
/// <para>Unsafe: the last argument is the address of a reference in a pinned array of the machine that is running, so both live, and
/// the collector knows the reference. The way in makes the thread one that the collector stops.</para>
/// </remarks>
internal static unsafe class OperationGate
{
    /// <summary>Less than every error: call the instruction's function.</summary>
    internal const long Thrown = -1;

    /// <summary>Sets the addresses that native code calls.</summary>
    internal static void Connect(Span<ulong> words)
    {
        words[BookHostWords.Place] = (ulong)(delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, void*, long>)&Place;
        words[BookHostWords.Match] = (ulong)(delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, void*, long>)&Match;
        words[BookHostWords.Cancel] = (ulong)(delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, void*, long>)&Cancel;
        words[BookHostWords.CancelClient] = (ulong)(delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, void*, long>)&CancelClient;
    }

    [UnmanagedCallersOnly]
    private static long Place(ulong seat, ulong flags, ulong priceTicks, ulong quantityLots, ulong clientOrderId, void* run)
    {
        try
        {
            return (long)RunAt(run).Place(seat, flags, priceTicks, quantityLots, clientOrderId);
        }
        catch (Exception exception)
        {
            return Keep(run, exception);
        }
    }

    [UnmanagedCallersOnly]
    private static long Match(ulong seat, ulong side, ulong limitTicks, ulong mostLots, ulong unused, void* run)
    {
        try
        {
            return (long)RunAt(run).Match(seat, side, limitTicks, mostLots);
        }
        catch (Exception exception)
        {
            return Keep(run, exception);
        }
    }

    [UnmanagedCallersOnly]
    private static long Cancel(ulong seat, ulong orderId, ulong unused3, ulong unused4, ulong unused5, void* run)
    {
        try
        {
            return (long)RunAt(run).Cancel(seat, orderId);
        }
        catch (Exception exception)
        {
            return Keep(run, exception);
        }
    }

    [UnmanagedCallersOnly]
    private static long CancelClient(ulong seat, ulong clientOrderId, ulong unused3, ulong unused4, ulong unused5, void* run)
    {
        try
        {
            return (long)RunAt(run).CancelByClientId(seat, clientOrderId);
        }
        catch (Exception exception)
        {
            return Keep(run, exception);
        }
    }

    private static long Keep(void* run, Exception exception)
    {
        RunAt(run).Keep(exception);
        return Thrown;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ShardRun RunAt(void* place) => Unsafe.AsRef<ShardRun>(place);
}
