using Iced.Intel;

namespace Velox.Bpf.Tests;

/// <summary>What is known of a register while code is followed.</summary>
internal enum FactKind
{
    None,
    Constant,

    /// <summary>r10 as the host has it, and the steps from there to the program's value.</summary>
    FrameHost,
    FrameOffset,
    FrameDoubled,
    FrameGapped,

    /// <summary>The frame of a function to be called, the same compared with the last one, and one that is noted as reached.</summary>
    NextFrame,
    AllowedFrame,
    CheckedFrame,

    /// <summary>The program's address: a register's value plus a constant.</summary>
    Address,

    /// <summary>The address's segment with other bits, then how far its window is from the first one.</summary>
    Shifted,
    Segment,

    /// <summary>Address minus a window's start, perhaps below it.</summary>
    Distance,

    /// <summary>The same, not below.</summary>
    Positive,

    /// <summary>A positive distance plus the span's bytes.</summary>
    Sum,

    /// <summary>What was checked: the span from the address is in the window.</summary>
    Inside,

    /// <summary>What added to the address's register gives a <see cref="Host"/>.</summary>
    HostDistance,

    /// <summary>Host address of, or near, a checked span. Regions stay, so it holds whatever the program's registers become.</summary>
    Host,

    /// <summary>What the memory map answered: null or the host address of a span.</summary>
    Answer,

    /// <summary>An address minus the stack's, a copy of its lower half, and what of that is the place in a frame and its gap.</summary>
    StackOffset,
    StackCopy,
    FramePlace,

    /// <summary>Offset and place added, and half of it: where in the host's stack that is, if it is in a frame.</summary>
    StackSum,
    StackHalf,

    /// <summary>Where a span ends in its frame, the same not behind it, and the host's address of a span that does not.</summary>
    FrameEnd,
    InsideFrame,
    FrameCandidate,

    /// <summary>The table of blocks, an index into it, what is there, the same not null, and their sum.</summary>
    Table,
    Slot,
    Entry,
    Block,
    Code,
}

/// <param name="Kind">What it is.</param>
/// <param name="Base">The register that has the program's address, with rbp for r10's value.</param>
/// <param name="At">Where the span starts, from that address.</param>
/// <param name="Low">Where the span starts, from the host's address.</param>
/// <param name="Bytes">The span, or a constant's value.</param>
/// <param name="IsWritable">Whether the check was for writing.</param>
/// <param name="IsGroup">Whether the check was for several accesses.</param>
/// <param name="Window">Distance of the window from the context register.</param>
/// <param name="Index">The register that chose the window, or none.</param>
/// <param name="IsInFrame">Whether it was found in a frame that was reached, which may be read and written, in one access or several.</param>
internal readonly record struct Fact(
    FactKind Kind,
    Register Base = Register.None,
    long At = 0,
    long Low = 0,
    long Bytes = 0,
    bool IsWritable = false,
    bool IsGroup = false,
    long Window = 0,
    Register Index = Register.None,
    bool IsInFrame = false)
{
    /// <summary>What holds on both ways.</summary>
    internal Fact Meet(Fact other)
    {
        if (this == other)
            return this;
        if (IsInFrame && !other.IsInFrame)
            return this with { IsWritable = other.IsWritable, IsGroup = other.IsGroup, IsInFrame = false } == other ? other : default;
        return other.IsInFrame && !IsInFrame ? other.Meet(this) : default;
    }

    /// <summary>What is left of it when a register gets another value.</summary>
    internal Fact Without(Register written)
    {
        if (Index == written && written != Register.None)
            return default;
        if (Base != written || written == Register.None)
            return this;
        return Kind == FactKind.Host ? this with { Base = Register.None, At = 0 } : default;
    }
}

/// <summary>What is known before an instruction.</summary>
/// <param name="Rcx">Of rcx.</param>
/// <param name="Rdx">Of rdx.</param>
/// <param name="Saved">Of the place where rdx is kept.</param>
/// <param name="Compared">What the flags come from.</param>
internal readonly record struct Facts(Fact Rcx, Fact Rdx, Fact Saved, Comparison Compared)
{
    internal Fact this[Register register] => register == Register.RCX ? Rcx : register == Register.RDX ? Rdx : default;

    internal Facts With(Register register, Fact fact) => register switch
    {
        Register.RCX => this with { Rcx = fact },
        Register.RDX => this with { Rdx = fact },
        _ => this,
    };

    /// <summary>What is left when a register gets another value.</summary>
    internal Facts Without(Register written)
    {
        bool isCompared = Compared.Register == written || Compared.Index == written;
        return new Facts(
            written == Register.RCX ? default : Rcx.Without(written),
            written == Register.RDX ? default : Rdx.Without(written),
            Saved.Without(written),
            isCompared ? default : Compared);
    }

    /// <summary>What holds on both ways.</summary>
    internal Facts Meet(Facts other) => new(
        Rcx.Meet(other.Rcx),
        Rdx.Meet(other.Rdx),
        Saved.Meet(other.Saved),
        Compared == other.Compared ? Compared : default);
}

/// <summary>A comparison whose outcome a jump tells.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Register">What was compared.</param>
/// <param name="Bytes">The access's size where a limit was compared with.</param>
/// <param name="IsWritable">Whether the limit is the one of writes.</param>
/// <param name="Window">Distance of the window from the context register.</param>
/// <param name="Index">The register that chose the window, or none.</param>
internal readonly record struct Comparison(
    ComparisonKind Kind,
    Register Register = Register.None,
    long Bytes = 0,
    bool IsWritable = false,
    long Window = 0,
    Register Index = Register.None);

internal enum ComparisonKind
{
    None,

    /// <summary>The window's start was subtracted.</summary>
    Start,

    /// <summary>Compared with the limit for one size.</summary>
    Limit,

    /// <summary>Compared with the window's length.</summary>
    Length,

    /// <summary>Compared with the number of slots.</summary>
    Slots,

    /// <summary>The lower half compared with a frame's length.</summary>
    FrameEnd,

    /// <summary>Compared with the furthest frame reached.</summary>
    Frame,

    /// <summary>Compared with the last frame.</summary>
    LastFrame,

    /// <summary>Tested for null.</summary>
    Null,
}
