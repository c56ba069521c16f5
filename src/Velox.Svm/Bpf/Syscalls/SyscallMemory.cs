using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Bpf;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Program memory as syscalls see it: translated, checked for alignment, and ended with Agave's errors.</summary>
/// <remarks>
/// Source: Agave program-runtime, memory.rs. After a method has returned false the syscall returns at once: the program has ended.
/// Alignment is that of the program's address: regions begin aligned in host memory too.
/// </remarks>
internal static class SyscallMemory
{
    private static readonly SyscallFault Unaligned = new("Unaligned pointer");
    private static readonly SyscallFault InvalidLength = new("InvalidLength");

    internal static InvokeContext Svm(this scoped in HostCall call) => Unsafe.As<InvokeContext>(call.Context!);

    /// <summary>Ends the program with an instruction error.</summary>
    internal static ulong FailWith(this scoped in HostCall call, InstructionErrorKind error) => call.Fail((InstructionError)error);

    /// <summary>Reads a value; its alignment is <paramref name="alignment"/> bytes where alignment is checked.</summary>
    internal static bool TryReadValue<T>(this scoped in HostCall call, ulong address, int alignment, out T value)
        where T : unmanaged
    {
        value = default;
        if (!call.TryRead(address, (ulong)Unsafe.SizeOf<T>(), out ReadOnlySpan<byte> bytes) || !call.CheckAlignment(address, alignment))
            return false;
        value = MemoryMarshal.Read<T>(bytes);
        return true;
    }

    internal static bool TryReadAddress(this scoped in HostCall call, ulong address, out Address value) =>
        call.TryReadValue(address, alignment: 1, out value);

    /// <summary>Reads <paramref name="count"/> elements of some bytes each.</summary>
    internal static bool TryReadMany(
        this scoped in HostCall call, ulong address, ulong count, int elementBytes, int alignment, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (count == 0)
            return true;
        if (!call.CheckLength(count, elementBytes))
            return false;
        return call.TryRead(address, count * (ulong)elementBytes, out bytes) && call.CheckAlignment(address, alignment);
    }

    internal static bool TryReadBytes(this scoped in HostCall call, ulong address, ulong count, out ReadOnlySpan<byte> bytes) =>
        call.TryReadMany(address, count, elementBytes: 1, alignment: 1, out bytes);

    /// <summary>Memory to write, <paramref name="count"/> elements of some bytes each.</summary>
    internal static bool TryWriteMany(
        this scoped in HostCall call, ulong address, ulong count, int elementBytes, int alignment, out Span<byte> bytes)
    {
        bytes = default;
        if (count == 0)
            return true;
        if (!call.CheckLength(count, elementBytes))
            return false;
        return call.TryWrite(address, count * (ulong)elementBytes, out bytes) && call.CheckAlignment(address, alignment);
    }

    internal static bool TryWriteBytes(this scoped in HostCall call, ulong address, ulong count, out Span<byte> bytes) =>
        call.TryWriteMany(address, count, elementBytes: 1, alignment: 1, out bytes);

    private static bool CheckLength(this scoped in HostCall call, ulong count, int elementBytes)
    {
        if (count <= (ulong)(long.MaxValue / elementBytes))
            return true;
        call.Fail(InvalidLength);
        return false;
    }

    private static bool CheckAlignment(this scoped in HostCall call, ulong address, int alignment)
    {
        if (address % (ulong)alignment == 0 || !call.Svm().ChecksAlignment)
            return true;
        call.Fail(Unaligned);
        return false;
    }
}
