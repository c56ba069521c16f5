namespace Velox.BookVm;

/// <summary>What instructions and syscalls of the book cost, in compute units, beside the unit of every instruction.</summary>
internal static class BookPrices
{
    internal const ulong Place = 200;
    internal const ulong Cancel = 100;
    internal const ulong Bulk = 20;
    internal const ulong BulkMessage = 200;
    internal const ulong Word = 4;
    internal const ulong Message = 50;
    internal const ulong PriceCheck = 32;
    internal const ulong Depth = 20;
    internal const ulong Levels = 20;
    internal const ulong Level = 4;

    /// <summary>A best price or a field of the last result: a load.</summary>
    internal const ulong Look = 1;
}
