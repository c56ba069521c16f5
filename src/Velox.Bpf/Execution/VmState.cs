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

/// <summary>Everything of a running program but its memory, at a fixed native address: all tiers work on it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct VmState
{
    internal fixed ulong Registers[11];
    internal ulong RemainingUnits;
    internal int InstructionIndex;
    internal int CallDepth;
    internal int MaxCallDepth;
    internal VmError Error;
    internal CallFrame* Frames;
    internal ulong FaultAddress;
    internal ulong FaultBytes;
    internal bool FaultIsStore;

    /// <summary>What native code needs beside; see <see cref="NativeState"/>.</summary>
    internal NativeState Native;

    /// <summary>One for each segment.</summary>
    internal MemoryWindows Windows;

    /// <summary>Ends the run with an access violation; which kind the machine decides.</summary>
    internal void Fault(ulong address, ulong bytes, bool isStore)
    {
        Error = VmError.AccessViolation;
        FaultAddress = address;
        FaultBytes = bytes;
        FaultIsStore = isStore;
    }
}

[StructLayout(LayoutKind.Sequential, Size = MemoryMap.Segments * 128)]
internal struct MemoryWindows;
