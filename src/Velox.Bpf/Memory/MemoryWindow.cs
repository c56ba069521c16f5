using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>
/// The part of a 4 GiB segment that is reached without a search: 128 bytes, read by interpreter and native code.
/// </summary>
/// <remarks>
/// An access of <c>1 &lt;&lt; k</c> bytes is inside when <c>address - Start</c> is below <c>Limits[k]</c>. The slow path moves the
/// window to the region last used and widens it over memory touched for the first time.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal unsafe struct MemoryWindow
{
    /// <summary>Where an empty window starts: no address is above it, so sums with it cannot wrap into range.</summary>
    internal const ulong Nowhere = ulong.MaxValue;

    internal ulong Start;

    /// <summary>The host's address of the start.</summary>
    internal byte* Host;

    /// <summary>What added to an address gives the host's: a load need not wait for its check to use it.</summary>
    internal ulong Distance;
    internal ulong ReadBytes;
    internal ulong WriteBytes;
    internal fixed ulong ReadLimits[4];
    internal fixed ulong WriteLimits[4];

    internal void Hide()
    {
        this = default;
        Start = Nowhere;
    }

    /// <param name="start">The program's address of the first byte.</param>
    /// <param name="host">The host's.</param>
    /// <param name="bytes">How many may be read.</param>
    /// <param name="writeBytes">How many of these, from the start, may be written.</param>
    internal void Show(ulong start, byte* host, ulong bytes, ulong writeBytes)
    {
        Start = start;
        Host = host;
        Distance = (ulong)host - start;
        ReadBytes = bytes;
        WriteBytes = writeBytes;
        for (int k = 0; k < 4; k++)
        {
            ulong size = 1ul << k;
            ReadLimits[k] = bytes >= size ? bytes - size + 1 : 0;
            WriteLimits[k] = writeBytes >= size ? writeBytes - size + 1 : 0;
        }
    }
}
