using System.Runtime.InteropServices;
using Velox.OrderBook;

namespace Velox.Cli;

/// <summary>What an operation of a flow does. An id that is unknown or gone has no effect.</summary>
internal enum FlowAction : byte
{
    /// <summary>A limit order: matches, and rests what is left.</summary>
    Add = 0,

    Cancel = 1,

    /// <summary>Cancels, matches again and rests under the same id: priority is lost.</summary>
    Replace = 2,

    /// <summary>Matches up to its price and never rests.</summary>
    ImmediateOrCancel = 3,

    /// <summary>Takes quantity off in place; at or above what is open it cancels.</summary>
    Reduce = 4,
}

/// <summary>One record of a flow file: 24 bytes, little-endian.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
internal struct FlowOperation
{
    internal const int Size = 24;

    public FlowAction Action;
    public Side Side;
    public ushort Symbol;
    public uint QuantityLots;
    public int PriceTicks;
    public uint Reserved;
    public ulong Id;
}

/// <summary>The first 64 bytes of a flow file, little-endian.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
internal struct FlowHeader
{
    internal const int Size = 64;

    /// <summary>The bytes "CLOBFLOW" read as a little-endian u64.</summary>
    internal const ulong ExpectedMagic = 0x574F_4C46_424F_4C43;

    internal const uint ExpectedVersion = 1;

    public ulong Magic;
    public uint Version;
    public uint RecordBytes;
    public ulong Count;
    public ulong Seed;
    public uint Symbols;
    public uint Reserved;
    public ulong HighestId;

    /// <summary>Of the operations that name a price; above <see cref="HighestPriceTicks"/> when none does.</summary>
    public int LowestPriceTicks;

    public int HighestPriceTicks;
}

/// <summary>A flow in memory.</summary>
internal sealed record Flow(FlowHeader Header, FlowOperation[] Operations);
