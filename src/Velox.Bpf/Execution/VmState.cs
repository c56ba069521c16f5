using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>A suspended caller.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CallFrame
{
    /// <summary>r6 to r9 and r10.</summary>
    internal fixed ulong Saved[5];
    internal long ReturnIndex;
}

/// <summary>Everything of a running program but its memory, at a fixed native address: both tiers work on it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct VmState
{
    internal fixed ulong Registers[11];
    internal ulong RemainingUnits;
    internal MemoryWindow* Windows;
    internal CallFrame* Frames;
    internal int CallDepth;
    internal int MaxCallDepth;
    internal int InstructionIndex;
    internal VmError Error;
    internal ulong FaultAddress;
    internal ulong FaultBytes;
    internal bool FaultIsStore;

    /// <summary>Ends the run with an access violation; which kind the machine decides.</summary>
    internal void Fault(ulong address, ulong bytes, bool isStore)
    {
        Error = VmError.AccessViolation;
        FaultAddress = address;
        FaultBytes = bytes;
        FaultIsStore = isStore;
    }
}
