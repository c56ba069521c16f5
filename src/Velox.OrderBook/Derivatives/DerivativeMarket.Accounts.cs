using Velox.Primitives;

namespace Velox.OrderBook;

/// <content>Accounts: opening, collateral in and out, and reading them.</content>
public readonly partial struct DerivativeMarket<TInstrument>
{
    /// <summary>Gives an owner the next account. Looks through all opened ones, since an owner has one at most.</summary>
    /// <returns><see cref="BookError.InvalidOwner"/>, <see cref="BookError.NotTrading"/> (settlement has begun),
    /// <see cref="BookError.SeatExists"/> or <see cref="BookError.SeatsFull"/>.</returns>
    public BookError OpenAccount(in Address owner, out uint seat)
    {
        seat = 0;
        if (owner.IsZero)
            return BookError.InvalidOwner;
        if (Ledger.State != LedgerState.Trading)
            return BookError.NotTrading;
        uint count = Ledger.AccountCount;
        for (uint other = 0; other < count; other++)
        {
            if (_ledger.ReadAccount(other).Owner == owner)
                return BookError.SeatExists;
        }

        if (count >= _ledger.Capacity)
            return BookError.SeatsFull;
        ref LedgerHeader header = ref _ledger.WriteHeader();
        header.AccountCount = count + 1;
        ref MarginAccount account = ref _ledger.WriteAccount(count);
        account = default;
        account.Owner = owner;
        account.FundingIndex = header.FundingIndex;
        seat = count;
        return BookError.None;
    }

    /// <summary>Whether <paramref name="owner"/> owns the account.</summary>
    /// <returns><see cref="BookError.UnknownSeat"/> or <see cref="BookError.NotSeatOwner"/>.</returns>
    public BookError CheckOwner(uint seat, in Address owner)
    {
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        return _ledger.ReadAccount(seat).Owner == owner ? BookError.None : BookError.NotSeatOwner;
    }

    /// <summary>Adds collateral.</summary>
    /// <returns><see cref="BookError.UnknownSeat"/>, <see cref="BookError.InvalidAmount"/> or
    /// <see cref="BookError.BalanceOverflow"/> (<see cref="LedgerLayout.MaxVaultAtoms"/>).</returns>
    public BookError Deposit(uint seat, ulong atoms)
    {
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        BookError error = CheckIncome(atoms);
        if (error != BookError.None)
            return error;
        _ledger.WriteHeader().VaultAtoms += atoms;
        AddCash(ref _ledger.WriteAccount(seat), atoms);
        return BookError.None;
    }

    /// <summary>Adds to the insurance fund, which pays for what bankrupt accounts owe.</summary>
    /// <returns><see cref="BookError.InvalidAmount"/> or <see cref="BookError.BalanceOverflow"/>.</returns>
    public BookError Insure(ulong atoms)
    {
        BookError error = CheckIncome(atoms);
        if (error != BookError.None)
            return error;
        ref LedgerHeader header = ref _ledger.WriteHeader();
        header.VaultAtoms += atoms;
        Money.Add(ref header.InsuranceAtoms, atoms);
        return BookError.None;
    }

    /// <summary>Takes collateral out, as far as the account's equity is above its margin, open orders included.</summary>
    /// <returns><see cref="BookError.UnknownSeat"/>, <see cref="BookError.InvalidAmount"/>,
    /// <see cref="BookError.InsufficientMargin"/>, or <see cref="BookError.InsufficientFunds"/>: the ledger has no more than the
    /// insurance fund, because others owe.</returns>
    /// <remarks>Open profit can be taken out too: it is somebody's open loss, which their margin covers.</remarks>
    public BookError Withdraw(uint seat, ulong atoms)
    {
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        if (atoms == 0)
            return BookError.InvalidAmount;
        ref readonly LedgerHeader current = ref Ledger;
        Int128 needed = Int128.Max(
            RequirementOf(seat, Side.Bid, default).Atoms, RequirementOf(seat, Side.Ask, default).Atoms);
        if (Equity(_ledger.ReadAccount(seat)) - atoms < needed)
            return BookError.InsufficientMargin;
        if (current.VaultAtoms < atoms || current.VaultAtoms - atoms < current.InsuranceAtoms)
            return BookError.InsufficientFunds;
        _ledger.WriteHeader().VaultAtoms -= atoms;
        AddCash(ref _ledger.WriteAccount(seat), -(Int128)atoms);
        return BookError.None;
    }

    /// <summary>Reads an account.</summary>
    public bool TryGetAccount(uint seat, out MarginAccount account)
    {
        bool isOpen = IsOpen(seat);
        account = isOpen ? _ledger.ReadAccount(seat) : default;
        return isOpen;
    }

    /// <summary>What an account is worth and needs at the mark price; all zero for an unknown seat.</summary>
    public MarginState MarginOf(uint seat)
    {
        if (!IsOpen(seat))
            return default;
        ref readonly MarginAccount account = ref _ledger.ReadAccount(seat);
        return new MarginState(
            Equity(account), RequirementOf(seat, Side.Bid, default).Atoms, RequirementOf(seat, Side.Ask, default).Atoms,
            MaintenanceMargin(account));
    }

    private bool IsOpen(uint seat) => seat < Ledger.AccountCount;

    private BookError CheckIncome(ulong atoms)
    {
        if (atoms == 0)
            return BookError.InvalidAmount;
        return atoms > LedgerLayout.MaxVaultAtoms - Ledger.VaultAtoms ? BookError.BalanceOverflow : BookError.None;
    }

    // A fill moves less than 2^64 atoms and there are less than 2^52 of them: cash stays below 2^116.
    private static void AddCash(ref MarginAccount account, Int128 atoms) => account.Cash.Value += atoms;
}
