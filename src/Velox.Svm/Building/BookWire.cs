using Velox.OrderBook;

namespace Velox.Svm;

/// <summary>Constants of the book program's wire format (docs/book-program.md). Sizes are in bytes.</summary>
public static class BookWire
{
    /// <summary>Most messages of a Batch.</summary>
    public const int MaxBatchMessages = 16;

    /// <summary>Size of one order message.</summary>
    public const int OrderMessageSize = OrderMessage.Size;

    /// <summary>CollectFees with this amount takes all that is there.</summary>
    public const ulong AllAtoms = ulong.MaxValue;

    // Exact sizes of the instruction data, tag included. A Batch has 2 and 32 for each message.
    public const int CreateMarketSize = 37;
    public const int OpenSeatSize = 1;
    public const int DepositSize = 14;
    public const int WithdrawSize = 14;
    public const int PlaceSize = 31;
    public const int CancelSize = 13;
    public const int CancelAllSize = 7;
    public const int ReduceSize = 21;
    public const int BatchHeaderSize = 2;
    public const int SetSessionSize = 37;
    public const int CollectFeesSize = 10;
    public const int CancelByClientIdSize = 13;
    public const int PlaceSpecialSize = 56;
    public const int ReplaceSize = 30;
    public const int CancelSideSize = 8;
    public const int ReplaceQuoteSize = 63;
    public const int AdvanceSize = 1;
    public const int SetPhaseSize = 2;
    public const int UncrossSize = 1;
    public const int SetPriceBandSize = 11;
    public const int SetSeatLimitsSize = 17;

    /// <summary>Of StopSeat and ResumeSeat.</summary>
    public const int StopSeatSize = 5;

    public const int GrowMarketSize = 13;

    /// <summary>Most bytes by which one GrowMarket lengthens the account: Solana's limit for one instruction.</summary>
    public const int MaxDataIncrease = 10_240;

    /// <summary>OpenSeat returns the seat index (u32).</summary>
    public const int OpenSeatReturnSize = 4;

    /// <summary>Place, PlaceSpecial and Replace return order id, filled lots and resting lots (u64 each).</summary>
    public const int PlaceReturnSize = 24;

    /// <summary>ReplaceQuote returns the order ids of bid and ask (u64 each), 0 where there is none.</summary>
    public const int ReplaceQuoteReturnSize = 16;

    /// <summary>Uncross returns whether it is done (u8), then price, filled lots and lots of pairs of one seat (u64 each).</summary>
    public const int UncrossReturnSize = 25;

    /// <summary>StopSeat returns how many orders of the seat are still open (u32).</summary>
    public const int StopSeatReturnSize = 4;

    /// <summary>GrowMarket returns the bytes (u32) that the account still lacks: at 0 the market has grown.</summary>
    public const int GrowMarketReturnSize = 4;

    /// <summary>A Batch returns one error code (u16) for each message.</summary>
    public const int BatchReturnSizePerMessage = 2;

    /// <summary>First seed of a vault's address; market and mint follow.</summary>
    public static ReadOnlySpan<byte> VaultSeed => "vault"u8;

    /// <summary>First seed of the address that owns a market's vaults; the market follows.</summary>
    public static ReadOnlySpan<byte> AuthoritySeed => "authority"u8;
}
