using System.Buffers.Binary;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>GrowMarket: makes the account longer, step by step, then gives the market the room.</summary>
/// <remarks>
/// The runtime would let a native program lengthen an account to its limit at once. The steps are those of Solana, where a
/// program lengthens an account by <see cref="BookWire.MaxDataIncrease"/> bytes an instruction at most: so a client does the
/// same here and there. Between two steps the new bytes lie behind the market, which trades on.
/// </remarks>
internal static class MarketGrowing
{
    private const int Authority = 1;
    private const int Payer = 2;
    private const int SystemProgram = 3;

    internal static InstructionError Grow(in BookCall call, BincodeReader fields)
    {
        var capacities = new MarketCapacities(fields.UInt32(), fields.UInt32(), fields.UInt32());
        InvokeContext context = call.Context;
        AccountHandle market = context.Account(0);
        InstructionError error = CheckAccounts(call);
        if (!error.IsError)
            error = CheckCapacities(call, capacities);
        if (!error.IsError)
            error = Lengthen(context, market, (int)capacities.RequiredBytes);
        if (error.IsError)
            return error;

        int missingBytes = Math.Max(0, (int)capacities.RequiredBytes - market.DataLength);
        if (missingBytes == 0)
            error = UseRoom(context, market.Memory, capacities);
        return error.IsError ? error : Return(context, missingBytes);
    }

    private static InstructionError CheckAccounts(in BookCall call)
    {
        InstructionError error = BookCall.RequireSigner(call.Context, Authority);
        if (!error.IsError)
            error = BookCall.RequireSigner(call.Context, Payer);
        if (!error.IsError)
            error = BookCall.RequireProgram(call.Context, SystemProgram, ProgramIds.System);
        if (error.IsError)
            return error;
        Address authority = call.Market.Header.Authority;
        return call.Check(authority.IsZero || authority != call.Signer ? BookError.NotAuthority : BookError.None);
    }

    /// <summary>Before the account becomes longer: what will not be a market must not be paid for.</summary>
    private static InstructionError CheckCapacities(in BookCall call, in MarketCapacities capacities)
    {
        bool isAllowed = capacities.IsGrowthOf(call.Market.Capacities)
            && capacities.RequiredBytes <= MarketLayout.MaxAccountBytes;
        return call.Check(isAllowed ? BookError.None : BookError.InvalidCapacity);
    }

    /// <summary>Makes the account longer by one step, if it is too short, and lets the payer pay the rent for it.</summary>
    private static InstructionError Lengthen(InvokeContext context, in AccountHandle market, int wantedBytes)
    {
        int length = Math.Min(wantedBytes, market.DataLength + BookWire.MaxDataIncrease);
        if (length <= market.DataLength)
            return InstructionError.None;
        InstructionError error = market.SetDataLength(length);
        if (error.IsError)
            return error;
        ulong rent = Rent.MinimumBalance(length);
        return market.Lamports >= rent
            ? InstructionError.None
            : context.Invoke(SystemInstructions.Transfer(
                context.Account(Payer).Address, market.Address, rent - market.Lamports));
    }

    private static InstructionError UseRoom(InvokeContext context, TrackedMemory memory, in MarketCapacities capacities)
    {
        InstructionError error = context.Consume(BookProgram.UnitsPerPage * (ulong)memory.PageCount);
        return error.IsError ? error : BookCall.Check(context, Market.TryGrow(memory, capacities, out _));
    }

    private static InstructionError Return(InvokeContext context, int missingBytes)
    {
        Span<byte> returned = stackalloc byte[BookWire.GrowMarketReturnSize];
        BinaryPrimitives.WriteInt32LittleEndian(returned, missingBytes);
        return context.SetReturnData(returned);
    }
}
