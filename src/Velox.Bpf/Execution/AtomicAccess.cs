using System.Runtime.CompilerServices;

namespace Velox.Bpf;

/// <summary>Read-modify-write instructions of eBPF.</summary>
/// <remarks>
/// Really atomic where the address is aligned, so that programs may share memory with other threads; a machine's own
/// memory has no other user, so unaligned addresses may go in two steps.
/// </remarks>
internal static unsafe class AtomicAccess
{
    /// <summary>Applies an instruction to memory that was checked.</summary>
    internal static void Apply(Instruction* instruction, ulong* registers, byte* host)
    {
        ref ulong source = ref registers[instruction->Source];
        bool is64 = AccessSize.Of(instruction->Operation) == 8;
        ulong old = is64
            ? Apply64(instruction->Operation, (ulong*)host, source, registers[0])
            : Apply32(instruction->Operation, (uint*)host, (uint)source, (uint)registers[0]);
        if (instruction->Operation >= Operation.CompareExchange32)
            registers[0] = old;
        else if (instruction->Operation >= Operation.FetchAdd32)
            source = old;
    }

    private static ulong Apply64(Operation operation, ulong* host, ulong operand, ulong expected)
    {
        while (true)
        {
            ulong old = Unsafe.ReadUnaligned<ulong>(host);
            ulong next = Next(operation - 1, old, operand, expected);
            if (((nuint)host & 7) != 0)
            {
                Unsafe.WriteUnaligned(host, next);
                return old;
            }

            // Full fence: RFC 9669 asks for sequential consistency of fetching forms.
            if (Interlocked.CompareExchange(ref *host, next, old) == old)
                return old;
        }
    }

    private static uint Apply32(Operation operation, uint* host, uint operand, uint expected)
    {
        while (true)
        {
            uint old = Unsafe.ReadUnaligned<uint>(host);
            uint next = (uint)Next(operation, old, operand, expected);
            if (((nuint)host & 3) != 0)
            {
                Unsafe.WriteUnaligned(host, next);
                return old;
            }

            if (Interlocked.CompareExchange(ref *host, next, old) == old)
                return old;
        }
    }

    /// <summary>The new value; operations are named by their 32-bit form.</summary>
    private static ulong Next(Operation operation, ulong old, ulong operand, ulong expected) => operation switch
    {
        Operation.AtomicAdd32 or Operation.FetchAdd32 => old + operand,
        Operation.AtomicOr32 or Operation.FetchOr32 => old | operand,
        Operation.AtomicAnd32 or Operation.FetchAnd32 => old & operand,
        Operation.AtomicXor32 or Operation.FetchXor32 => old ^ operand,
        Operation.Exchange32 => operand,
        _ => old == expected ? operand : old,
    };
}
