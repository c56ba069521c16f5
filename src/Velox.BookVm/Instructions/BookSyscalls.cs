using Velox.Bpf;

namespace Velox.BookVm;

/// <summary>The instructions of the book as host functions, for programs that ordinary compilers made.</summary>
/// <remarks><c>samples/book-vm/book.h</c> declares them for C. Result in r0; the same prices.</remarks>
public static class BookSyscalls
{
    private static readonly (string Name, HostFunction Function, ulong PriceUnits)[] All =
    [
        ("sol_book_place_order", BookFunctions.PlaceOrder, BookPrices.Place),
        ("sol_book_cancel_order", BookFunctions.CancelOrder, BookPrices.Cancel),
        ("sol_book_cancel_client", BookFunctions.CancelClient, BookPrices.Cancel),
        ("sol_book_match_orders", BookFunctions.MatchOrders, BookPrices.Place),
        ("sol_book_bulk_update", BookFunctions.BulkUpdate, BookPrices.Bulk),
        ("sol_book_update_shard", BookFunctions.UpdateShard, BookPrices.Word),
        ("sol_book_read_shard", BookFunctions.ReadShard, BookPrices.Word),
        ("sol_book_send_shard", BookFunctions.SendShard, BookPrices.Message),
        ("sol_book_receive_shard", BookFunctions.ReceiveShard, BookPrices.Message),
        ("sol_book_price_check_le", BookFunctions.PriceCheckAtMost, BookPrices.PriceCheck),
        ("sol_book_price_check_ge", BookFunctions.PriceCheckAtLeast, BookPrices.PriceCheck),
        ("sol_book_best_bid", BookFunctions.BestBid, BookPrices.Look),
        ("sol_book_best_ask", BookFunctions.BestAsk, BookPrices.Look),
        ("sol_book_best_bid_of", call => BookFunctions.BestBidOf(call, call.Argument1), BookPrices.Look),
        ("sol_book_best_ask_of", call => BookFunctions.BestAskOf(call, call.Argument1), BookPrices.Look),
        ("sol_book_depth_at", BookFunctions.DepthAt, BookPrices.Depth),
        ("sol_book_read_levels", BookFunctions.ReadLevels, BookPrices.Levels),
        ("sol_book_result", call => BookFunctions.ResultOf(call, call.Argument1), BookPrices.Look),
    ];

    /// <summary>A table with these functions alone.</summary>
    public static HostFunctionTable Table { get; } = AddTo(new HostFunctionTable());

    /// <summary>Adds them to a table of the host's.</summary>
    /// <exception cref="ArgumentException">A name is taken, or a program was made with the table.</exception>
    public static HostFunctionTable AddTo(HostFunctionTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        foreach ((string name, HostFunction function, ulong price) in All)
            table.Add(name, function, price);
        return table;
    }
}
