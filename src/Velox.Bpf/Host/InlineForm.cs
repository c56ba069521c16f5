namespace Velox.Bpf;

/// <summary>What native code may do itself in place of calling a host function.</summary>
/// <remarks>
/// <para>A promise of whoever adds the function: for 1 to <see cref="MemoryFunctions.MaxInlineBytes"/> bytes that the program may access, it does exactly this, returns
/// 0 and takes its price and nothing else. Whatever does not fit (other lengths, bytes out of bounds, ranges that overlap, a
/// result not aligned to 4 bytes, too few units) is left to the function.</para>
/// <para>Ready functions that keep it are in <see cref="MemoryFunctions"/>. Where a processor's compiler does not know a form, the function is
/// called.</para>
/// </remarks>
public enum InlineForm : byte
{
    None,

    /// <summary>r3 bytes from r2 to r1, which do not overlap.</summary>
    Copy,

    /// <summary>r3 bytes from r2 to r1.</summary>
    Move,

    /// <summary>r3 bytes at r1 become the low byte of r2.</summary>
    Set,

    /// <summary>
    /// Compares r3 bytes at r1 and r2, and stores into the 4 bytes at r4 the difference of the first that are not equal, or 0.
    /// </summary>
    Compare,
}
