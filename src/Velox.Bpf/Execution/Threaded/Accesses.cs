using System.Runtime.CompilerServices;

namespace Velox.Bpf.Threaded;

/// <summary>What a load or store moves; each is compiled into a handler of its own.</summary>
internal unsafe interface IAccess
{
    /// <summary>The size is 1 &lt;&lt; this.</summary>
    static abstract int SizeLog2 { get; }

    static abstract ulong Read(byte* host);

    static abstract void Write(byte* host, ulong value);
}

internal unsafe struct Access8 : IAccess
{
    public static int SizeLog2 => 0;

    public static ulong Read(byte* host) => *host;

    public static void Write(byte* host, ulong value) => *host = (byte)value;
}

internal unsafe struct Access16 : IAccess
{
    public static int SizeLog2 => 1;

    public static ulong Read(byte* host) => Unsafe.ReadUnaligned<ushort>(host);

    public static void Write(byte* host, ulong value) => Unsafe.WriteUnaligned(host, (ushort)value);
}

internal unsafe struct Access32 : IAccess
{
    public static int SizeLog2 => 2;

    public static ulong Read(byte* host) => Unsafe.ReadUnaligned<uint>(host);

    public static void Write(byte* host, ulong value) => Unsafe.WriteUnaligned(host, (uint)value);
}

internal unsafe struct Access64 : IAccess
{
    public static int SizeLog2 => 3;

    public static ulong Read(byte* host) => Unsafe.ReadUnaligned<ulong>(host);

    public static void Write(byte* host, ulong value) => Unsafe.WriteUnaligned(host, value);
}

/// <summary>A load that sign-extends.</summary>
internal unsafe struct AccessSx8 : IAccess
{
    public static int SizeLog2 => 0;

    public static ulong Read(byte* host) => (ulong)(sbyte)*host;

    public static void Write(byte* host, ulong value) => Access8.Write(host, value);
}

/// <summary>A load that sign-extends.</summary>
internal unsafe struct AccessSx16 : IAccess
{
    public static int SizeLog2 => 1;

    public static ulong Read(byte* host) => (ulong)Unsafe.ReadUnaligned<short>(host);

    public static void Write(byte* host, ulong value) => Access16.Write(host, value);
}

/// <summary>A load that sign-extends.</summary>
internal unsafe struct AccessSx32 : IAccess
{
    public static int SizeLog2 => 2;

    public static ulong Read(byte* host) => (ulong)Unsafe.ReadUnaligned<int>(host);

    public static void Write(byte* host, ulong value) => Access32.Write(host, value);
}
