using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Velox.Bpf;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>sol_log_ and its kin, abort and sol_panic_ (Agave syscalls, logging.rs and lib.rs).</summary>
internal static class LogSyscalls
{
    private const int SliceBytes = 16;

    private static readonly SyscallFault Aborted = new("SBF program panicked");

    internal static ulong Abort(HostCall call) => call.Fail(Aborted);

    internal static ulong Panic(HostCall call)
    {
        ulong length = call.Argument2;
        if (!call.TryConsume(length) || !TryReadText(in call, call.Argument1, length, out ReadOnlySpan<byte> file))
            return 0;
        return call.Fail(new SyscallFault(
            $"SBF program Panicked in {Encoding.UTF8.GetString(file)} at {call.Argument3}:{call.Argument4}"));
    }

    internal static ulong Log(HostCall call)
    {
        ulong length = call.Argument2;
        if (!call.TryConsume(Math.Max(SyscallCost.Base, length)) || !TryReadText(in call, call.Argument1, length, out ReadOnlySpan<byte> text))
            return 0;
        call.Svm().Collector.Begin().Append("Program log: "u8).Append(text).End();
        return 0;
    }

    internal static ulong Log64(HostCall call)
    {
        if (call.TryConsume(SyscallCost.Log64))
        {
            call.Svm().Log(
                $"0x{call.Argument1:x}, 0x{call.Argument2:x}, 0x{call.Argument3:x}, 0x{call.Argument4:x}, 0x{call.Argument5:x}");
        }

        return 0;
    }

    internal static ulong LogAddress(HostCall call)
    {
        if (call.TryConsume(SyscallCost.LogAddress) && call.TryReadAddress(call.Argument1, out Address address))
            call.Svm().Collector.Begin().Append("Program log: "u8).Append(address).End();
        return 0;
    }

    internal static ulong LogUnits(HostCall call)
    {
        if (call.TryConsume(SyscallCost.Base))
        {
            call.Svm().Collector.Begin().Append("Program consumption: "u8).Append(call.RemainingUnits)
                .Append(" units remaining"u8).End();
        }

        return 0;
    }

    internal static ulong LogData(HostCall call)
    {
        ulong count = call.Argument2;
        if (!call.TryConsume(SyscallCost.Base)
            || !call.TryReadMany(call.Argument1, count, SliceBytes, sizeof(ulong), out ReadOnlySpan<byte> slices)
            || !call.TryConsume(SaturatingProduct(SyscallCost.Base, count)) || !call.TryConsume(TotalLength(slices)))
        {
            return 0;
        }

        // All of it must be readable before any of it is logged.
        for (int i = 0; i < slices.Length; i += SliceBytes)
        {
            if (!TryReadSlice(in call, slices[i..], out _))
                return 0;
        }

        LogCollector log = call.Svm().Collector.Begin().Append("Program data: "u8);
        for (int i = 0; i < slices.Length; i += SliceBytes)
        {
            _ = TryReadSlice(in call, slices[i..], out ReadOnlySpan<byte> bytes);
            if (i > 0)
                log.Append(" "u8);
            log.AppendBase64(bytes);
        }

        log.End();
        return 0;
    }

    /// <summary>Reads what a slice (address u64, length u64) names.</summary>
    internal static bool TryReadSlice(scoped in HostCall call, ReadOnlySpan<byte> slice, out ReadOnlySpan<byte> bytes) =>
        call.TryReadBytes(
            BinaryPrimitives.ReadUInt64LittleEndian(slice), BinaryPrimitives.ReadUInt64LittleEndian(slice[sizeof(ulong)..]), out bytes);

    private static ulong TotalLength(ReadOnlySpan<byte> slices)
    {
        ulong total = 0;
        for (int i = 0; i < slices.Length; i += SliceBytes)
        {
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(slices[(i + sizeof(ulong))..]);
            total = length > ulong.MaxValue - total ? ulong.MaxValue : total + length;
        }

        return total;
    }

    private static ulong SaturatingProduct(ulong left, ulong right) =>
        Math.BigMul(left, right, out ulong low) == 0 ? low : ulong.MaxValue;

    private static bool TryReadText(scoped in HostCall call, ulong address, ulong length, out ReadOnlySpan<byte> text)
    {
        if (!call.TryReadBytes(address, length, out text))
            return false;
        if (System.Text.Unicode.Utf8.IsValid(text))
            return true;
        call.Fail(new SyscallFault(DescribeInvalid(text)));
        return false;
    }

    /// <summary>Why a text that is not UTF-8 cannot be logged.</summary>
    internal static string DescribeInvalid(ReadOnlySpan<byte> text) => $"{FindInvalid(text)}: [{string.Join(", ", text.ToArray())}]";

    /// <summary>Where and how a text is not UTF-8, in the words of Rust's Utf8Error.</summary>
    private static string FindInvalid(ReadOnlySpan<byte> text)
    {
        int index = 0;
        while (true)
        {
            OperationStatus status = Rune.DecodeFromUtf8(text[index..], out _, out int bytes);
            if (status == OperationStatus.NeedMoreData)
                return $"incomplete utf-8 byte sequence from index {index}";
            if (status == OperationStatus.InvalidData)
                return $"invalid utf-8 sequence of {bytes} bytes from index {index}";
            index += bytes;
        }
    }
}
