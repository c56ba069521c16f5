using Iced.Intel;

namespace Velox.Bpf.Tests;

/// <summary>What is known of a register while code is followed.</summary>
internal enum FactKind
{
    None,
    Constant,

    /// <summary>Address minus a window's start, perhaps below it.</summary>
    Distance,

    /// <summary>The same, not below.</summary>
    Positive,

    /// <summary>A positive distance plus the span's bytes.</summary>
    Sum,

    /// <summary>A distance from which the span's bytes are in the window.</summary>
    Inside,

    /// <summary>The same plus the span's bytes.</summary>
    InsideSum,

    /// <summary>Host address of a checked span.</summary>
    Host,
    HostSum,

    /// <summary>What the memory map answered: null or a host address.</summary>
    Answer,

    /// <summary>Below the number of slots.</summary>
    Slot,

    /// <summary>The table of blocks.</summary>
    Table,
}

/// <param name="Kind">What it is.</param>
/// <param name="Bytes">The span, or a constant's value.</param>
/// <param name="IsWritable">Whether the check was for writing.</param>
/// <param name="Window">Distance of the window from the context register.</param>
/// <param name="Index">The register that chose the window, or none.</param>
internal readonly record struct Fact(FactKind Kind, long Bytes = 0, bool IsWritable = false, long Window = 0, Register Index = Register.None);

/// <summary>What is known before an instruction.</summary>
/// <param name="Rcx">Of rcx.</param>
/// <param name="Rdx">Of rdx.</param>
/// <param name="Saved">Of the place where rdx is kept.</param>
/// <param name="Compared">What the flags come from.</param>
/// <param name="ComparedTo">The register that was compared.</param>
internal readonly record struct Facts(Fact Rcx, Fact Rdx, Fact Saved, Comparison Compared, Register ComparedTo)
{
    internal Fact this[Register register] => register == Register.RCX ? Rcx : register == Register.RDX ? Rdx : default;

    internal Facts With(Register register, Fact fact) => register switch
    {
        Register.RCX => this with { Rcx = fact },
        Register.RDX => this with { Rdx = fact },
        _ => this,
    };

    /// <summary>What holds on both ways.</summary>
    internal Facts Meet(Facts other) => new(
        Rcx == other.Rcx ? Rcx : default,
        Rdx == other.Rdx ? Rdx : default,
        Saved == other.Saved ? Saved : default,
        Compared == other.Compared && ComparedTo == other.ComparedTo ? Compared : default,
        Compared == other.Compared && ComparedTo == other.ComparedTo ? ComparedTo : default);
}

/// <summary>A comparison whose outcome a jump tells.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Bytes">The access's size where a limit was compared with.</param>
/// <param name="IsWritable">Whether the limit is the one of writes.</param>
/// <param name="Window">Distance of the window from the context register.</param>
/// <param name="Index">The register that chose the window, or none.</param>
internal readonly record struct Comparison(ComparisonKind Kind, long Bytes = 0, bool IsWritable = false, long Window = 0, Register Index = Register.None);

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

    /// <summary>Tested for null.</summary>
    Null,
}
