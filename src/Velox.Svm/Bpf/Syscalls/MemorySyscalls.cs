using System.Buffers.Binary;
using Velox.Bpf;

namespace Velox.Svm;

/// <summary>sol_memcpy_, sol_memmove_, sol_memset_, sol_memcmp_, sol_alloc_free_ (Agave syscalls, mem_ops.rs).</summary>
internal static class MemorySyscalls
{
    /// <summary>Units of a call on memory; up to 2,500 bytes it costs no more.</summary>
    internal const ulong BaseUnits = 10;

    private static readonly SyscallFault Overlapping = new("Overlapping copy");

    internal static ulong Copy(HostCall call)
    {
        (ulong target, ulong source, ulong bytes) = (call.Argument1, call.Argument2, call.Argument3);
        if (!TryConsume(in call, bytes))
            return 0;
        return Overlaps(target, source, bytes) ? call.Fail(Overlapping) : MoveBytes(in call);
    }

    internal static ulong Move(HostCall call) => TryConsume(in call, call.Argument3) ? MoveBytes(in call) : 0;

    internal static ulong Set(HostCall call)
    {
        if (TryConsume(in call, call.Argument3) && call.TryWriteBytes(call.Argument1, call.Argument3, out Span<byte> target))
            target.Fill((byte)call.Argument2);
        return 0;
    }

    internal static ulong Compare(HostCall call)
    {
        ulong bytes = call.Argument3;
        if (!TryConsume(in call, bytes) || !call.TryReadBytes(call.Argument1, bytes, out ReadOnlySpan<byte> left)
            || !call.TryReadBytes(call.Argument2, bytes, out ReadOnlySpan<byte> right)
            || !call.TryWriteMany(call.Argument4, 1, sizeof(int), sizeof(int), out Span<byte> result))
        {
            return 0;
        }

        int equal = left.CommonPrefixLength(right);
        BinaryPrimitives.WriteInt32LittleEndian(result, equal == left.Length ? 0 : left[equal] - right[equal]);
        return 0;
    }

    /// <summary>The allocator of old programs: gives from the heap and takes nothing back.</summary>
    internal static ulong Allocate(HostCall call)
    {
        InvokeContext context = call.Svm();
        (ulong size, ulong freed) = (call.Argument1, call.Argument2);
        ulong alignment = context.ChecksAlignment ? 8ul : 1ul;
        ref ulong position = ref context.Bpf.CurrentHeapPosition;
        ulong start = (position + alignment - 1) & ~(alignment - 1);
        if (freed != 0 || size > context.Budget.HeapBytes || start + size > context.Budget.HeapBytes)
            return 0;
        position = start + size;
        return MemoryMap.HeapAddress + start;
    }

    internal static bool Overlaps(ulong left, ulong right, ulong bytes) => (left > right ? left - right : right - left) < bytes;

    /// <summary>The base was taken as the call's price.</summary>
    private static bool TryConsume(scoped in HostCall call, ulong bytes)
    {
        ulong units = bytes / SyscallCost.BytesPerUnit;
        return units <= BaseUnits || call.TryConsume(units - BaseUnits);
    }

    private static ulong MoveBytes(scoped in HostCall call)
    {
        if (call.TryWriteBytes(call.Argument1, call.Argument3, out Span<byte> target)
            && call.TryReadBytes(call.Argument2, call.Argument3, out ReadOnlySpan<byte> source))
        {
            source.CopyTo(target);
        }

        return 0;
    }
}
