using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>One decoded instruction, 16 bytes: what interpreter and native code work on.</summary>
/// <param name="Operation">What to do.</param>
/// <param name="Destination">Register 0 to 10.</param>
/// <param name="Source">Register 0 to 10.</param>
/// <param name="Target">For jumps and local calls the target's index, for memory access the signed offset.</param>
/// <param name="Immediate">The operand, extended as the operation wants it; for host calls the function's index.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Instruction(
    Operation Operation, byte Destination, byte Source, int Target, long Immediate);
