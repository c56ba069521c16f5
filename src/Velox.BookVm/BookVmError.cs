using Velox.OrderBook;

namespace Velox.BookVm;

/// <summary>Errors of the machine itself. Programs get them in registers, in one row of numbers with <see cref="BookError"/>.</summary>
/// <remarks>The numbers are part of the public contract, also of <c>samples/book-vm/book.h</c>. Never renumber.</remarks>
public enum BookVmError : ushort
{
    None = 0,

    /// <summary>Another run, or a host, holds the shard.</summary>
    ShardBusy = 1000,

    /// <summary>The book has no shard of this number.</summary>
    UnknownShard = 1001,

    /// <summary>The mailbox of the target holds as many messages as it can. Nothing was sent; the target counts it.</summary>
    MailboxFull = 1002,

    /// <summary>A message has 1 to <see cref="ShardMessage.MaxDataBytes"/> bytes.</summary>
    InvalidMessageLength = 1003,

    /// <summary>A shard has the words 0 to <see cref="ShardedBook.WordCount"/> - 1.</summary>
    UnknownWord = 1004,

    /// <summary>More prices, levels or messages than one instruction takes: <see cref="ShardedBook.MaxBulk"/>.</summary>
    TooMany = 1005,

    /// <summary>The mask of a price check would be written over the prices it is made of.</summary>
    Overlap = 1006,
}
