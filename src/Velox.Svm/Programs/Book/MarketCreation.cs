using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>CreateMarket: writes the market's header and creates its two vaults.</summary>
internal static class MarketCreation
{
    private const int Market = 0;
    private const int Authority = 1;
    private const int Payer = 2;
    private const int BaseMint = 3;
    private const int QuoteMint = 4;
    private const int BaseVault = 5;
    private const int QuoteVault = 6;
    private const int TokenProgram = 7;
    private const int SystemProgram = 8;

    internal static InstructionError Create(InvokeContext context, BincodeReader fields)
    {
        InstructionError error = CheckAccounts(context);
        if (!error.IsError)
            error = CreateSlab(context, fields);
        if (!error.IsError)
            error = CreateVault(context, BaseVault, BaseMint);
        return error.IsError ? error : CreateVault(context, QuoteVault, QuoteMint);
    }

    private static InstructionError CheckAccounts(InvokeContext context)
    {
        InstructionError error = BookCall.RequireSigner(context, Authority);
        if (!error.IsError)
            error = BookCall.RequireSigner(context, Payer);
        if (!error.IsError)
            error = BookCall.RequireProgram(context, TokenProgram, ProgramIds.Token);
        if (!error.IsError)
            error = BookCall.RequireProgram(context, SystemProgram, ProgramIds.System);
        if (error.IsError)
            return error;
        return context.Account(BaseMint).Address == context.Account(QuoteMint).Address
            ? BookCall.Refuse(context, BookProgramError.EqualMints, "base mint and quote mint must differ")
            : InstructionError.None;
    }

    private static InstructionError CreateSlab(InvokeContext context, BincodeReader fields)
    {
        AccountHandle market = context.Account(Market);
        InstructionError error = market.TryGetWritableData(out TrackedMemory memory);
        if (!error.IsError)
            error = RequireRentExempt(context, market);
        if (!error.IsError)
            error = context.Consume(BookProgram.UnitsPerPage * (ulong)memory.PageCount);
        if (error.IsError)
            return error;

        var parameters = new MarketParameters
        {
            LotSize = fields.UInt64(),
            TickSize = fields.UInt64(),
            MakerFeeBps = (short)fields.UInt16(),
            TakerFeeBps = fields.UInt16(),
            OrderCapacity = fields.UInt32(),
            BlockCapacity = fields.UInt32(),
            SeatCapacity = fields.UInt32(),
            MaxOpenOrdersPerSeat = fields.UInt32(),
            Authority = context.Account(Authority).Address,
            BaseMint = context.Account(BaseMint).Address,
            QuoteMint = context.Account(QuoteMint).Address,
            BaseVault = context.Account(BaseVault).Address,
            QuoteVault = context.Account(QuoteVault).Address,
        };
        return BookCall.Check(context, OrderBook.Market.TryCreate(memory, parameters, out _));
    }

    /// <summary>An account without lamports ends with its transaction, and would leave its vaults to nobody.</summary>
    private static InstructionError RequireRentExempt(InvokeContext context, in AccountHandle market)
    {
        ulong minimum = Rent.MinimumBalance(market.DataLength);
        if (market.Lamports >= minimum)
            return InstructionError.None;
        context.Log($"market: account {market.Address} must hold at least {minimum} lamports");
        return InstructionErrorKind.AccountNotRentExempt;
    }

    /// <summary>Creates a token account at the vault's derived address for the vault authority.</summary>
    private static InstructionError CreateVault(InvokeContext context, int vaultAccount, int mintAccount)
    {
        InstructionError error = context.Consume(2 * BookProgram.UnitsPerDerivation);
        if (error.IsError)
            return error;

        Address market = context.Account(Market).Address;
        Address mint = context.Account(mintAccount).Address;
        Address vault = BookAddresses.Vault(market, mint);
        if (context.Account(vaultAccount).Address != vault)
            return BookCall.Refuse(context, BookProgramError.WrongVault, $"account {vaultAccount} must be {vault}");

        error = AllocateVault(context, context.Account(vaultAccount), context.Account(Payer).Address);
        return error.IsError
            ? error
            : context.Invoke(TokenInstructions.InitializeAccount3(vault, mint, BookAddresses.VaultAuthority(market)));
    }

    private static InstructionError AllocateVault(InvokeContext context, in AccountHandle vault, Address payer)
    {
        Address address = vault.Address;
        ulong rent = Rent.MinimumBalance(TokenInstructions.AccountSize);
        if (vault.Lamports == 0)
        {
            return context.Invoke(
                SystemInstructions.CreateAccount(
                    payer, address, rent, TokenInstructions.AccountSize, ProgramIds.Token),
                address);
        }

        // CreateAccount refuses an address that holds lamports, and anybody could send some there to block the market.
        InstructionError error = InstructionError.None;
        if (vault.Lamports < rent)
            error = context.Invoke(SystemInstructions.Transfer(payer, address, rent - vault.Lamports));
        if (!error.IsError)
            error = context.Invoke(SystemInstructions.Allocate(address, TokenInstructions.AccountSize), address);
        return error.IsError ? error : context.Invoke(SystemInstructions.Assign(address, ProgramIds.Token), address);
    }
}
