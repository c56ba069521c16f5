using System.Buffers.Binary;
using System.Globalization;
using System.Text.Unicode;
using Velox.Bpf;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>
/// Solana's syscalls that need no runtime: logs, memory, abort and panic, with Agave's prices (program-runtime
/// execution_budget.rs) and checks (syscalls logging.rs, mem_ops.rs).
/// </summary>
internal static class SolanaSyscalls
{
    private const ulong BaseUnits = 100;
    private const ulong MemoryBaseUnits = 10;
    private const ulong MemoryBytesPerUnit = 250;
    private const ulong AddressBytes = 32;

    /// <param name="output">Where programs log.</param>
    internal static HostFunctionTable CreateTable(TextWriter output) => new HostFunctionTable()
        .Add("abort", call => call.Fail("the program called abort"))
        .Add("sol_panic_", Panic)
        .Add("sol_log_", call => Log(call, output))
        .Add("sol_log_64_", call => LogNumbers(call, output), BaseUnits)
        .Add("sol_log_pubkey", call => LogAddress(call, output), BaseUnits)
        .Add("sol_log_compute_units_", call => LogUnits(call, output), BaseUnits)
        .Add("sol_memcpy_", Copy)
        .Add("sol_memmove_", Move)
        .Add("sol_memset_", Fill)
        .Add("sol_memcmp_", Compare);

    /// <summary>File name at r1 of r2 bytes, line in r3, column in r4.</summary>
    private static ulong Panic(HostCall call)
    {
        if (!call.TryConsume(call.Argument2) || !TryReadText(call, out ReadOnlySpan<byte> file))
            return 0;
        return call.Fail(string.Create(
            CultureInfo.InvariantCulture, $"the program panicked at {CommandLineHost.Printable(file)}:{call.Argument3}:{call.Argument4}"));
    }

    /// <summary>Text at r1 of r2 bytes.</summary>
    private static ulong Log(HostCall call, TextWriter output)
    {
        if (call.TryConsume(Math.Max(BaseUnits, call.Argument2)) && TryReadText(call, out ReadOnlySpan<byte> text))
            output.WriteLine($"Program log: {CommandLineHost.Printable(text)}");
        return 0;
    }

    private static ulong LogNumbers(HostCall call, TextWriter output)
    {
        output.WriteLine(
            $"Program log: 0x{call.Argument1:x}, 0x{call.Argument2:x}, 0x{call.Argument3:x}, 0x{call.Argument4:x}, 0x{call.Argument5:x}");
        return 0;
    }

    private static ulong LogAddress(HostCall call, TextWriter output)
    {
        if (call.TryRead(call.Argument1, AddressBytes, out ReadOnlySpan<byte> address))
            output.WriteLine($"Program log: {new Address(address)}");
        return 0;
    }

    private static ulong LogUnits(HostCall call, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Program consumption: {call.RemainingUnits} units remaining"));
        return 0;
    }

    /// <summary>To r1 from r2, r3 bytes; they may not overlap.</summary>
    private static ulong Copy(HostCall call)
    {
        (ulong target, ulong source, ulong bytes) = (call.Argument1, call.Argument2, call.Argument3);
        if (!TryPayForMemory(call, bytes))
            return 0;
        ulong distance = source > target ? source - target : target - source;
        return distance >= bytes
            ? MovePaid(call)
            : call.Fail($"sol_memcpy_ of {bytes} bytes from 0x{source:x} to 0x{target:x}: they overlap, which sol_memmove_ allows");
    }

    /// <summary>To r1 from r2, r3 bytes.</summary>
    private static ulong Move(HostCall call) => TryPayForMemory(call, call.Argument3) ? MovePaid(call) : 0;

    private static ulong MovePaid(HostCall call)
    {
        if (call.TryWrite(call.Argument1, call.Argument3, out Span<byte> target)
            && call.TryRead(call.Argument2, call.Argument3, out ReadOnlySpan<byte> source))
        {
            source.CopyTo(target);
        }

        return 0;
    }

    /// <summary>At r1 the byte r2, r3 times.</summary>
    private static ulong Fill(HostCall call)
    {
        if (TryPayForMemory(call, call.Argument3) && call.TryWrite(call.Argument1, call.Argument3, out Span<byte> target))
            target.Fill((byte)call.Argument2);
        return 0;
    }

    /// <summary>At r1 and r2, r3 bytes; the difference of the first that differ goes to the 32-bit word at r4.</summary>
    private static ulong Compare(HostCall call)
    {
        ulong bytes = call.Argument3;
        if (!TryPayForMemory(call, bytes)
            || !call.TryRead(call.Argument1, bytes, out ReadOnlySpan<byte> first)
            || !call.TryRead(call.Argument2, bytes, out ReadOnlySpan<byte> second))
        {
            return 0;
        }

        if (call.Argument4 % sizeof(int) != 0)
            return call.Fail($"sol_memcmp_ writes its result to 0x{call.Argument4:x}: it must be a multiple of {sizeof(int)}");
        int same = first.CommonPrefixLength(second);
        int difference = same == first.Length ? 0 : first[same] - second[same];
        if (call.TryWrite(call.Argument4, sizeof(int), out Span<byte> result))
            BinaryPrimitives.WriteInt32LittleEndian(result, difference);
        return 0;
    }

    private static bool TryPayForMemory(HostCall call, ulong bytes) =>
        call.TryConsume(Math.Max(MemoryBaseUnits, bytes / MemoryBytesPerUnit));

    private static bool TryReadText(HostCall call, out ReadOnlySpan<byte> text)
    {
        if (!call.TryRead(call.Argument1, call.Argument2, out text))
            return false;
        if (Utf8.IsValid(text))
            return true;
        call.Fail($"the {call.Argument2} bytes at 0x{call.Argument1:x} are no UTF-8 text");
        return false;
    }
}
