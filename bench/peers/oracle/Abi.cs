using System.Runtime.InteropServices;

namespace Velox.Oracle;

/// <summary>What a message asks for; the number that leads a <see cref="Message"/>.</summary>
internal enum MessageKind : byte
{
    New = 0,
    Cancel = 1,

    /// <summary>Cancel and place again, behind all others.</summary>
    Modify = 2,
}

/// <summary>A new order or a modification: 32 bytes. A cancel is its first 16.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct Order
{
    [FieldOffset(0)] public ulong Id;
    [FieldOffset(8)] public ulong Sequence;

    // A cancel ends here.
    [FieldOffset(16)] public long PriceTicks;
    [FieldOffset(24)] public uint Quantity;
    [FieldOffset(28)] public byte Side;

    /// <summary>1: what does not match on arrival is cancelled. Zero in a modification.</summary>
    [FieldOffset(29)] public byte IsImmediateOrCancel;
}

/// <summary>A message of a batch: 40 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct Message
{
    [FieldOffset(0)] public MessageKind Kind;
    [FieldOffset(8)] public Order Order;
}

internal enum ReportKind : byte
{
    OrderAck = 0,
    Trade = 1,

    /// <summary>Also for the remainder of an immediate-or-cancel order.</summary>
    CancelAck = 2,

    ModifyAck = 3,
    CancelReject = 4,
    ModifyReject = 5,
}

/// <summary>What the engine says: 64 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct Report
{
    [FieldOffset(0)] public ReportKind Kind;
    [FieldOffset(1)] public byte Side;

    /// <summary>Of the message that caused it.</summary>
    [FieldOffset(8)] public ulong Sequence;

    [FieldOffset(16)] public ulong OrderId;

    /// <summary>Of a trade: the maker's.</summary>
    [FieldOffset(24)] public long PriceTicks;

    [FieldOffset(32)] public uint Quantity;

    // Trades only.
    [FieldOffset(40)] public ulong MakerOrderId;
    [FieldOffset(48)] public ulong TakerOrderId;
}

/// <summary>A queue for reports, as five C functions.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Transport
{
    public delegate* unmanaged<uint, nint> Create;
    public delegate* unmanaged<nint, Report*, int> Push;
    public delegate* unmanaged<nint, Report*, uint, uint> Drain;
    public delegate* unmanaged<nint, void> Flush;
    public delegate* unmanaged<nint, void> Destroy;
}
