using Iced.Intel;

namespace Velox.Bpf.Tests;

/// <summary>What is known of a register while code is followed.</summary>
internal enum FactKind
{
    None,
    Constant,

    /// <summary>r10's host address on its way to the program's.</summary>
    FramePart,

    /// <summary>The program's address: base register plus Low.</summary>
    Address,

    /// <summary>The same minus a window's start, perhaps below it.</summary>
    Distance,

    /// <summary>The same, not below.</summary>
    Positive,

    /// <summary>A positive distance plus the span's bytes.</summary>
    Sum,

    /// <summary>Bytes from base plus Low are in a window.</summary>
    Checked,

    /// <summary>The host's address of base plus At, minus the base where that is to be added.</summary>
    Host,

    /// <summary>What the memory map answered: null or a host address.</summary>
    Answer,

    /// <summary>Below the number of slots.</summary>
    Slot,

    /// <summary>The table of blocks.</summary>
    Table,
}

/// <param name="Kind">What it is.</param>
/// <param name="Base">The register with the program's address; rbp stands for r10 whatever is in it.</param>
/// <param name="Low">Start of the span from there.</param>
/// <param name="Bytes">The span, or a constant's value.</param>
/// <param name="IsWritable">Whether the check was for writing.</param>
/// <param name="At">Of host addresses: how far from the base.</param>
/// <param name="LacksBase">Of host addresses: whether the base is still to be added.</param>
/// <param name="Window">Distance of the window from the context register.</param>
/// <param name="Index">The register that chose the window, or none.</param>
internal readonly record struct Fact(
    FactKind Kind, Register Base = Register.None, long Low = 0, long Bytes = 0, bool IsWritable = false, long At = 0,
    bool LacksBase = false, long Window = 0, Register Index = Register.None)
{
    /// <summary>What remains when a register gets another value.</summary>
    internal Fact Without(Register register) => Base == register || Index == register ? default : this;

    internal bool IsOf(Comparison comparison) => Window == comparison.Window && Index == comparison.Index;
}

/// <summary>What is known before an instruction.</summary>
/// <param name="Rcx">Of rcx.</param>
/// <param name="Rdx">Of rdx.</param>
/// <param name="Saved">Of the place where rdx is kept.</param>
/// <param name="Checked">The last check that was passed.</param>
/// <param name="Compared">What the flags come from.</param>
/// <param name="ComparedTo">The register that was compared.</param>
internal readonly record struct Facts(Fact Rcx, Fact Rdx, Fact Saved, Fact Checked, Comparison Compared, Register ComparedTo)
{
    internal Fact this[Register register] => register == Register.RCX ? Rcx : register == Register.RDX ? Rdx : default;

    internal Facts With(Register register, Fact fact) => register switch
    {
        Register.RCX => this with { Rcx = fact },
        Register.RDX => this with { Rdx = fact },
        _ => this,
    };

    /// <summary>What remains when a register gets another value.</summary>
    internal Facts Without(Register register) => this with
    {
        Rcx = Rcx.Without(register),
        Rdx = Rdx.Without(register),
        Saved = Saved.Without(register),
        Checked = Checked.Without(register),
        Compared = Compared.Index == register || ComparedTo == register ? default : Compared,
    };

    /// <summary>What holds on both ways.</summary>
    internal Facts Meet(Facts other)
    {
        bool isSame = Compared == other.Compared && ComparedTo == other.ComparedTo;
        return new Facts(
            Rcx == other.Rcx ? Rcx : default,
            Rdx == other.Rdx ? Rdx : default,
            Saved == other.Saved ? Saved : default,
            Checked == other.Checked ? Checked : default,
            isSame ? Compared : default,
            isSame ? ComparedTo : default);
    }
}

/// <summary>A comparison whose outcome a jump tells.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Bytes">The access's size where a limit was compared with.</param>
/// <param name="IsWritable">Whether the limit is the one of writes.</param>
/// <param name="Window">Distance of the window from the context register.</param>
/// <param name="Index">The register that chose the window, or none.</param>
internal readonly record struct Comparison(
    ComparisonKind Kind, long Bytes = 0, bool IsWritable = false, long Window = 0, Register Index = Register.None);

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
