namespace Velox.OrderBook;

/// <summary>What became of one command, or of one leg of a command over several markets.</summary>
public struct ShardAnswer
{
    /// <summary>The command's place in the one order of all inputs, from 0; legs share it.</summary>
    public long Number { get; internal set; }

    /// <summary>Index of the market.</summary>
    public int Market { get; internal set; }

    /// <summary>Who asked, the seat that was opened, or the one that was limited or stopped.</summary>
    public uint Seat { get; internal set; }

    public ShardCommandKind Kind { get; internal set; }

    /// <summary>Which leg this answers; 0 for a command that stands alone.</summary>
    public int Leg { get; internal set; }

    /// <summary>The leg whose error refused all of them: the first in their order. 0 when there is no error.</summary>
    public int FailedLeg { get; internal set; }

    /// <summary>The market's answer; of legs, that of <see cref="FailedLeg"/>, the same for all.</summary>
    public BookError Error { get; internal set; }

    /// <summary>What was done with the order; all zero for money, seats and what was refused.</summary>
    public OperationResult Result { get; internal set; }

    /// <summary>What this step of an uncross did; all zero for other commands.</summary>
    public UncrossResult Uncross { get; internal set; }
}

/// <summary>Where answers and events of the shards go.</summary>
/// <remarks>
/// Called by each shard on its own thread, in the order of its inputs: calls of different shards overlap, those of one
/// market never do. What it throws stops the engine. To hand on, write into a ring per shard.
/// </remarks>
public interface IShardOutput
{
    /// <param name="shard">Whose thread calls.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="events">Events of the market, at most <see cref="Market.MaxEventsPerOperation"/>; good until the call
    /// returns.</param>
    void OnAnswer(int shard, in ShardAnswer answer, ReadOnlySpan<BookEvent> events);
}
