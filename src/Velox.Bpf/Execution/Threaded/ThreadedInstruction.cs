global using unsafe HandlerPointer = delegate*<Velox.Bpf.ThreadedInstruction*, Velox.Bpf.VmState*, long, Velox.Bpf.VirtualMachine, Velox.Bpf.ThreadedExit>;

using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>One slot of a program for the threaded interpreter: its handler, and what that reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ThreadedInstruction
{
    /// <summary>Executes this instruction, and then all that follow until one leaves.</summary>
    internal HandlerPointer Handler;

    /// <summary>The operand; for calls of functions of the program the index to return to.</summary>
    internal long Immediate;

    /// <summary>
    /// For jumps and local calls the distance to the target in bytes, which fits for any program that the verifier passes; for
    /// memory access the signed offset.
    /// </summary>
    internal int Target;
    internal byte Destination;
    internal byte Source;

    /// <summary>Units from this instruction to the end of its block, both included.</summary>
    internal ushort BlockUnits;
}

/// <summary>Why handlers have returned. Units and index are in the state.</summary>
internal enum ThreadedExit
{
    /// <summary>The program has ended.</summary>
    Ended,

    /// <summary>It goes on at the state's instruction, with a new batch of units.</summary>
    Paused,

    /// <summary>The state's instruction has no handler, or fails: the switch has to execute it.</summary>
    Rare,
}
