using System.Globalization;
using System.Runtime.InteropServices;

namespace Velox.ModelChecking;

/// <summary>The memory of a scenario: native, so that addresses stay, and handed out in the same order each time.</summary>
internal sealed unsafe class Arena : IDisposable
{
    internal const int GranuleBytes = 4;
    private const int CapacityBytes = 32 * 1024;
    private const int Alignment = 128;

    private readonly byte* _first = (byte*)NativeMemory.AlignedAlloc(CapacityBytes, Alignment);
    private readonly List<(int Offset, int Bytes, string Name)> _blocks = [];

    internal int UsedGranules => UsedBytes / GranuleBytes;

    internal static int Granules => CapacityBytes / GranuleBytes;

    private int UsedBytes { get; set; }

    internal void Reset()
    {
        new Span<byte>(_first, UsedBytes).Clear();
        UsedBytes = 0;
        _blocks.Clear();
    }

    internal void* Allocate(int bytes, string name)
    {
        if (bytes > CapacityBytes - UsedBytes)
            throw new ModelCheckException($"A scenario may use {CapacityBytes} bytes.");
        int offset = UsedBytes;
        UsedBytes += (bytes + Alignment - 1) / Alignment * Alignment;
        new Span<byte>(_first + offset, UsedBytes - offset).Clear();
        _blocks.Add((offset, bytes, name));
        return _first + offset;
    }

    /// <summary>Index of the four bytes at an address.</summary>
    internal int GranuleOf(nint address)
    {
        nint offset = address - (nint)_first;
        if (offset < 0 || offset >= UsedBytes)
            throw new ModelCheckException("Memory outside the scenario's was accessed: allocate it with Scenario.Allocate.");
        return (int)(offset / GranuleBytes);
    }

    internal string NameOf(nint address)
    {
        int offset = (int)(address - (nint)_first);
        foreach ((int start, int bytes, string name) in _blocks)
        {
            if (offset >= start && offset < start + bytes)
            {
                return offset == start
                    ? name
                    : string.Create(CultureInfo.InvariantCulture, $"{name}+{offset - start}");
            }
        }

        return "?";
    }

    public void Dispose() => NativeMemory.AlignedFree(_first);
}
