namespace Velox.BookVm;

/// <summary>What a price check asks of each price.</summary>
internal enum PriceTest : byte
{
    /// <summary>price &lt;= bound.</summary>
    AtMost,

    /// <summary>price &gt;= bound.</summary>
    AtLeast,
}
