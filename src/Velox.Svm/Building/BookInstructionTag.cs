namespace Velox.Svm;

/// <summary>First byte of the book program's instruction data; fields in docs/book-program.md.</summary>
public enum BookInstructionTag : byte
{
    CreateMarket = 0,
    OpenSeat = 1,
    Deposit = 2,
    Withdraw = 3,
    Place = 4,
    Cancel = 5,
    CancelAll = 6,
    Reduce = 7,
    Batch = 8,
    SetSession = 9,
    CollectFees = 10,
    CancelByClientId = 11,
    PlaceSpecial = 12,
    Replace = 13,
    ReplaceByClientId = 14,
    CancelSide = 15,
    ReplaceQuote = 16,
    Advance = 17,
    SetPhase = 18,
    Uncross = 19,
    SetPriceBand = 20,
    SetSeatLimits = 21,
    StopSeat = 22,
    ResumeSeat = 23,
    GrowMarket = 30,
}
