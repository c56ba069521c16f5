using System.Runtime.CompilerServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <content>Seats: opening, who may act for them, deposits and withdrawals, fees.</content>
public readonly partial struct Market
{
    /// <summary>Gives an owner the next seat. Looks through all opened seats, since an owner has one at most.</summary>
    /// <param name="owner">Not zero.</param>
    /// <param name="seat">Index of the new seat.</param>
    /// <returns><see cref="BookError.InvalidOwner"/>, <see cref="BookError.SeatExists"/> or
    /// <see cref="BookError.SeatsFull"/>.</returns>
    public BookError OpenSeat(in Address owner, out uint seat)
    {
        seat = 0;
        if (owner.IsZero)
            return BookError.InvalidOwner;
        if (FindSeat(owner, out _))
            return BookError.SeatExists;
        uint next = Header.SeatCount;
        if (next >= _slab.SeatCapacity)
            return BookError.SeatsFull;

        _slab.WriteHeader().SeatCount = next + 1;
        _slab.WriteSeat(next) = new SeatNode { Owner = owner };
        seat = next;
        return BookError.None;
    }

    /// <summary>Finds the seat of an owner by looking through all of them: for tools and for opening.</summary>
    public bool FindSeat(in Address owner, out uint seat)
    {
        uint count = Header.SeatCount;
        for (seat = 0; seat < count; seat++)
        {
            if (_slab.ReadSeat(seat).Owner == owner)
                return true;
        }

        seat = 0;
        return false;
    }

    /// <summary>
    /// Whether <paramref name="owner"/> owns the seat: what a program asks before it acts on a seat index it was given.
    /// </summary>
    /// <returns><see cref="BookError.UnknownSeat"/> or <see cref="BookError.NotSeatOwner"/>.</returns>
    public BookError CheckOwner(uint seat, in Address owner)
    {
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        return _slab.ReadSeat(seat).Owner == owner ? BookError.None : BookError.NotSeatOwner;
    }

    /// <summary>Whether <paramref name="sessionKey"/> may send orders for the seat.</summary>
    /// <returns><see cref="BookError.UnknownSeat"/> or <see cref="BookError.NotSessionKey"/>.</returns>
    public BookError CheckSession(uint seat, in Address sessionKey)
    {
        if (!IsOpen(seat))
            return BookError.UnknownSeat;

        // Zero means that the seat has no session key, and must not match a caller's zero.
        return !sessionKey.IsZero && _slab.ReadSeat(seat).SessionKey == sessionKey
            ? BookError.None
            : BookError.NotSessionKey;
    }

    /// <summary>Sets the key that may send orders for the seat, in place of the one before; zero for none.</summary>
    /// <returns><see cref="BookError.UnknownSeat"/>.</returns>
    public BookError SetSessionKey(uint seat, in Address sessionKey)
    {
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        _slab.WriteSeat(seat).SessionKey = sessionKey;
        return BookError.None;
    }

    /// <summary>Adds a deposit to the seat's free balance.</summary>
    /// <returns><see cref="BookError.UnknownSeat"/>, <see cref="BookError.InvalidAmount"/> or
    /// <see cref="BookError.BalanceOverflow"/>.</returns>
    public BookError Credit(uint seat, Asset asset, ulong atoms)
    {
        BookError error = CheckCredit(seat, asset, atoms);
        if (error != BookError.None)
            return error;

        Money.Add(ref TotalOf(ref _slab.WriteHeader(), asset), atoms);
        Money.Add(ref FreeOf(ref _slab.WriteSeat(seat), asset), atoms);
        return BookError.None;
    }

    /// <summary>Takes a withdrawal from the seat's free balance.</summary>
    /// <returns><see cref="BookError.UnknownSeat"/>, <see cref="BookError.InvalidAmount"/> or
    /// <see cref="BookError.InsufficientFunds"/>.</returns>
    public BookError Debit(uint seat, Asset asset, ulong atoms)
    {
        BookError error = CheckDebit(seat, asset, atoms);
        if (error != BookError.None)
            return error;

        Money.Subtract(ref TotalOf(ref _slab.WriteHeader(), asset), atoms);
        Money.Subtract(ref FreeOf(ref _slab.WriteSeat(seat), asset), atoms);
        return BookError.None;
    }

    /// <summary>Takes fees of one asset out of the market; the header says how many there are.</summary>
    /// <returns><see cref="BookError.NotAuthority"/> (always for the zero address, which nobody holds),
    /// <see cref="BookError.InvalidAmount"/> or <see cref="BookError.InsufficientFunds"/>.</returns>
    public BookError CollectFees(in Address authority, Asset asset, ulong atoms)
    {
        ref readonly MarketHeader current = ref Header;
        if (authority.IsZero || current.Authority != authority)
            return BookError.NotAuthority;
        if (atoms == 0 || asset > Asset.Quote)
            return BookError.InvalidAmount;
        if ((asset == Asset.Base ? current.FeesBase : current.FeesQuote) < atoms)
            return BookError.InsufficientFunds;

        ref MarketHeader header = ref _slab.WriteHeader();
        Money.Subtract(ref TotalOf(ref header, asset), atoms);
        Money.Subtract(ref asset == Asset.Base ? ref header.FeesBase : ref header.FeesQuote, atoms);
        return BookError.None;
    }

    private bool IsOpen(uint seat) => seat < Header.SeatCount;

    /// <summary>Whether orders may be of a seat: without accounts, of any.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool HasSeat(uint seat) => IsOpen(seat) || (Header.IsMatchingOnly && seat < MarketLayout.MaxSeats);

    private BookError CheckTransfer(uint seat, Asset asset, ulong atoms)
    {
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        return atoms == 0 || asset > Asset.Quote ? BookError.InvalidAmount : BookError.None;
    }

    private static ref ulong TotalOf(ref MarketHeader header, Asset asset) =>
        ref asset == Asset.Base ? ref header.BaseTotal : ref header.QuoteTotal;

    private static ref ulong FreeOf(ref SeatNode seat, Asset asset) =>
        ref asset == Asset.Base ? ref seat.BaseFree : ref seat.QuoteFree;
}
