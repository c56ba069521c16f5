using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>A page of machine code: written first, executable afterwards, never both (W^X).</summary>
/// <remarks>
/// For a few bytes that the framework has no intrinsic for. A page lives as long as the process, as nobody can know that
/// no thread runs it. AArch64 does not by itself see written instructions: the kernel cleans a page when it first
/// becomes executable, and this page was never executable before.
/// </remarks>
internal static unsafe partial class ExecutablePage
{
    /// <summary>Most bytes of code: the smallest page there is.</summary>
    internal const int MaxBytes = 4_096;

    private const int ProtRead = 1;
    private const int ProtWrite = 2;
    private const int ProtExecute = 4;
    private const int MapPrivateAnonymous = 0x02 | 0x20; // Linux's numbers
    private static readonly nint MapFailed = -1;

    /// <summary>Makes code executable.</summary>
    /// <param name="code">Position-independent, of the processor that runs, 1 to <see cref="MaxBytes"/>.</param>
    /// <param name="refusal">Why there is none; null when there is.</param>
    /// <returns>The address of the first instruction, or 0.</returns>
    internal static nint TryCreate(ReadOnlySpan<byte> code, out string? refusal)
    {
        ArgumentOutOfRangeException.ThrowIfZero(code.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code.Length, MaxBytes);
        if (!OperatingSystem.IsLinux())
        {
            refusal = "executable memory is not available on this system: only Linux is supported";
            return 0;
        }

        nint page = Map(0, MaxBytes, ProtRead | ProtWrite, MapPrivateAnonymous, -1, 0);
        if (page == MapFailed)
        {
            refusal = "the system gave no memory for code";
            return 0;
        }

        // Unsafe: the page is this method's own, and code is not longer than it.
        code.CopyTo(new Span<byte>((void*)page, MaxBytes));
        if (Protect(page, MaxBytes, ProtRead | ProtExecute) != 0)
        {
            _ = Unmap(page, MaxBytes);
            refusal = "the system does not allow executable memory";
            return 0;
        }

        refusal = null;
        return page;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
