using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>
/// Deposit, Withdraw and CollectFees: tokens move between a vault and a trader, and the slab's balances with them.
/// </summary>
/// <remarks>
/// The slab is changed first, so that what it refuses costs no token transfer; when the transfer fails, the transaction
/// undoes the slab's change. Tokens that somebody sends to a vault directly belong to nobody's seat.
/// </remarks>
internal static class BookFunds
{
    private const int Trader = 2;
    private const int Vault = 3;
    private const int DepositTokenProgram = 4;
    private const int VaultAuthority = 4;
    private const int PayOutTokenProgram = 5;

    internal static InstructionError Deposit(in BookCall call, BincodeReader fields)
    {
        var asset = (Asset)fields.Byte();
        uint seat = fields.UInt32();
        ulong atoms = fields.UInt64();
        InstructionError error = call.RequireOwner(seat);
        if (!error.IsError)
            error = BookCall.RequireProgram(call.Context, DepositTokenProgram, ProgramIds.Token);
        if (!error.IsError)
            error = call.Check(call.Market.Credit(seat, asset, atoms));
        if (!error.IsError)
            error = CheckVault(call, asset);
        if (error.IsError)
            return error;

        InvokeContext context = call.Context;
        return context.Invoke(TokenInstructions.Transfer(
            context.Account(Trader).Address, context.Account(Vault).Address, call.Signer, atoms));
    }

    internal static InstructionError Withdraw(in BookCall call, BincodeReader fields)
    {
        var asset = (Asset)fields.Byte();
        uint seat = fields.UInt32();
        ulong atoms = fields.UInt64();
        InstructionError error = call.RequireOwner(seat);
        if (!error.IsError)
            error = call.Check(call.Market.Debit(seat, asset, atoms));
        return error.IsError ? error : PayOut(call, asset, atoms);
    }

    internal static InstructionError CollectFees(in BookCall call, BincodeReader fields)
    {
        var asset = (Asset)fields.Byte();
        ulong atoms = fields.UInt64();
        InstructionError error = call.RequireSigner();
        if (error.IsError)
            return error;
        ref readonly MarketHeader header = ref call.Market.Header;
        if (atoms == BookWire.AllAtoms)
            atoms = asset == Asset.Base ? header.FeesBase : header.FeesQuote;
        error = call.Check(call.Market.CollectFees(call.Signer, asset, atoms));
        return error.IsError ? error : PayOut(call, asset, atoms);
    }

    private static InstructionError PayOut(in BookCall call, Asset asset, ulong atoms)
    {
        InvokeContext context = call.Context;
        InstructionError error = BookCall.RequireProgram(context, PayOutTokenProgram, ProgramIds.Token);
        if (!error.IsError)
            error = CheckVault(call, asset);
        if (!error.IsError)
            error = context.Consume(BookProgram.UnitsPerDerivation);
        if (error.IsError)
            return error;

        Address authority = BookAddresses.VaultAuthority(call.MarketAddress);
        if (context.Account(VaultAuthority).Address != authority)
        {
            return BookCall.Refuse(
                context, BookProgramError.WrongVaultAuthority, $"account {VaultAuthority} must be {authority}");
        }

        return context.Invoke(
            TokenInstructions.Transfer(
                context.Account(Vault).Address, context.Account(Trader).Address, authority, atoms),
            authority);
    }

    private static InstructionError CheckVault(in BookCall call, Asset asset)
    {
        ref readonly MarketHeader header = ref call.Market.Header;
        Address vault = asset == Asset.Base ? header.BaseVault : header.QuoteVault;
        if (call.Context.Account(Vault).Address != vault)
        {
            return BookCall.Refuse(
                call.Context, BookProgramError.WrongVault, $"account {Vault} must be {vault}, the vault of the asset");
        }

        // A transfer from a vault to itself moves nothing, yet the slab would count it.
        return call.Context.Account(Trader).Address == vault
            ? BookCall.Refuse(call.Context, BookProgramError.VaultAsTrader, $"account {Trader} must not be the vault")
            : InstructionError.None;
    }
}
