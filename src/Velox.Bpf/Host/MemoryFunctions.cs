using System.Buffers.Binary;

namespace Velox.Bpf;

/// <summary>Bodies of host functions for memory, with the arguments and results of sBPF's <c>sol_memcpy_</c> and its kin.</summary>
/// <remarks>
/// Each returns 0. Ranges are looked at in the order in which consensus does (Agave, syscalls/src/mem_ops.rs): the one written
/// first. They take no units: the price is its adder's to set, and what longer ranges cost to take before.
/// </remarks>
public static class MemoryFunctions
{
    /// <summary>Longest range that native code handles itself.</summary>
    public const int MaxInlineBytes = 64;

    /// <summary>Copies r3 bytes from r2 to r1; fails where they overlap.</summary>
    public static ulong Copy(HostCall call)
    {
        (ulong target, ulong source, ulong bytes) = (call.Argument1, call.Argument2, call.Argument3);
        ulong distance = source > target ? source - target : target - source;
        return distance < bytes
            ? call.Fail($"a copy of {bytes} bytes from 0x{source:x} to 0x{target:x}: they overlap, which a move allows")
            : Move(call);
    }

    /// <summary>Copies r3 bytes from r2 to r1, which may overlap.</summary>
    public static ulong Move(HostCall call)
    {
        ulong bytes = call.Argument3;
        if (call.TryWrite(call.Argument1, bytes, out Span<byte> target) && call.TryRead(call.Argument2, bytes, out ReadOnlySpan<byte> source))
            source.CopyTo(target);
        return 0;
    }

    /// <summary>Sets r3 bytes at r1 to the low byte of r2.</summary>
    public static ulong Set(HostCall call)
    {
        if (call.TryWrite(call.Argument1, call.Argument3, out Span<byte> target))
            target.Fill((byte)call.Argument2);
        return 0;
    }

    /// <summary>
    /// Compares r3 bytes at r1 and r2: into the 4 bytes at r4 goes the difference of the first that are not equal, or 0. Fails
    /// where r4 is no multiple of 4.
    /// </summary>
    public static ulong Compare(HostCall call)
    {
        ulong bytes = call.Argument3;
        if (!call.TryRead(call.Argument1, bytes, out ReadOnlySpan<byte> left) || !call.TryRead(call.Argument2, bytes, out ReadOnlySpan<byte> right))
            return 0;
        if (call.Argument4 % sizeof(int) != 0)
            return call.Fail($"a comparison writes its result to 0x{call.Argument4:x}: it must be a multiple of {sizeof(int)}");
        if (!call.TryWrite(call.Argument4, sizeof(int), out Span<byte> result))
            return 0;
        int equal = left.CommonPrefixLength(right);
        BinaryPrimitives.WriteInt32LittleEndian(result, equal == left.Length ? 0 : left[equal] - right[equal]);
        return 0;
    }
}
