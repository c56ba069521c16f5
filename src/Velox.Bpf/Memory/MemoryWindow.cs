using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>
/// The part of a 4 GiB segment that is reached without a search: 32 bytes, read by interpreter and native code.
/// </summary>
/// <remarks>
/// An access is inside when <c>address - Start</c> is below the length and so is its end. The slow path moves the window
/// to the region last used and widens it over memory touched for the first time.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MemoryWindow
{
    internal ulong Start;
    internal byte* Host;
    internal ulong ReadBytes;
    internal ulong WriteBytes;
}
