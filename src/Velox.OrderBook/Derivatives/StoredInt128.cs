using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>A signed number of 128 bits as it is stored: 16 bytes, the lower half first, at any multiple of 8.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public struct StoredInt128
{
    private ulong _low;
    private ulong _high;

    public Int128 Value
    {
        readonly get => new(_high, _low);
        set => (_low, _high) = ((ulong)(value & ulong.MaxValue), (ulong)((value >> 64) & ulong.MaxValue));
    }
}
