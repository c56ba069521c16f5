using System.Runtime.InteropServices;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>One instruction of the book program on an open market, with what all kinds of instruction share.</summary>
internal readonly struct BookCall(InvokeContext context, Address marketAddress, Market market)
{
    // Of the worker that executes: it runs one operation of the book at a time, and publishes its events before the next.
    [ThreadStatic]
    private static BookEvent[]? Buffer;

    internal InvokeContext Context { get; } = context;

    internal Address MarketAddress { get; } = marketAddress;

    internal Market Market { get; } = market;

    /// <summary>Who acts: account 1 of every instruction.</summary>
    internal Address Signer => Context.Account(1).Address;

    /// <summary>Where the book writes the events of one operation, with the clocks of the block.</summary>
    /// <remarks>One buffer a thread, 64 KiB, room for any operation: it is free again after <see cref="Publish"/>, or when the
    /// operation was refused.</remarks>
    internal EventWriter NewEvents() => new(
        Buffer ??= new BookEvent[Market.MaxEventsPerOperation], Context.Block.Slot,
        (ulong)Math.Max(0, Context.Block.UnixTimestamp));

    /// <summary>MissingRequiredSignature unless account 1 signed.</summary>
    internal InstructionError RequireSigner() => RequireSigner(Context, 1);

    internal static InstructionError RequireSigner(InvokeContext context, int account)
    {
        if (context.Account(account).IsSigner)
            return InstructionError.None;
        context.Log($"account {account}: {context.Account(account).Address} must sign");
        return InstructionErrorKind.MissingRequiredSignature;
    }

    internal static InstructionError RequireProgram(InvokeContext context, int account, Address program)
    {
        if (context.Account(account).Address == program)
            return InstructionError.None;
        context.Log($"account {account}: must be the program {program}");
        return InstructionErrorKind.IncorrectProgramId;
    }

    /// <summary>Account 1 signed and owns the seat.</summary>
    internal InstructionError RequireOwner(uint seat)
    {
        InstructionError error = RequireSigner();
        return error.IsError ? error : Check(Market.CheckOwner(seat, Signer));
    }

    /// <summary>Account 1 signed and is the seat's owner or session key.</summary>
    internal InstructionError RequireTrader(uint seat)
    {
        InstructionError error = RequireSigner();
        if (error.IsError)
            return error;
        BookError refusal = Market.CheckOwner(seat, Signer);
        return Check(refusal == BookError.NotSeatOwner ? Market.CheckSession(seat, Signer) : refusal);
    }

    /// <summary>Turns the book's answer into the instruction's, and logs why if it is a refusal.</summary>
    internal InstructionError Check(BookError refusal) => Check(Context, refusal);

    internal static InstructionError Check(InvokeContext context, BookError refusal)
    {
        if (refusal == BookError.None)
            return InstructionError.None;
        context.Log($"{refusal}: {BookErrorText.Describe(refusal)}");
        return refusal == BookError.CorruptMarket
            ? InstructionErrorKind.InvalidAccountData
            : InstructionError.Custom((uint)refusal);
    }

    internal static InstructionError Refuse(InvokeContext context, BookProgramError refusal, string text)
    {
        context.Log($"{refusal}: {text}");
        return InstructionError.Custom((uint)refusal);
    }

    /// <summary>Hands on an operation's events, logs its fills, takes their units, and empties the buffer.</summary>
    /// <param name="events">What it wrote.</param>
    /// <param name="mostPaid">Most of them that are paid for. What is beyond the events of one order is due work, which others
    /// caused: it cannot make a message fail.</param>
    internal InstructionError Publish(ref EventWriter events, int mostPaid = BookProgram.MaxPaidEvents)
    {
        foreach (ref readonly BookEvent bookEvent in events.Written)
        {
            Context.Emit(MarketAddress, bookEvent);
            if (bookEvent.Kind is BookEventKind.Fill or BookEventKind.AuctionFill or BookEventKind.AuctionFillHidden)
                Context.LogData(MemoryMarshal.AsBytes(new ReadOnlySpan<BookEvent>(in bookEvent)));
        }

        InstructionError error = Context.Consume(BookProgram.UnitsPerEvent * (ulong)Math.Min(events.Count, mostPaid));
        events.Clear();
        return error;
    }
}
