using System.Runtime.CompilerServices;
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

    /// <summary>The program's first instruction, while the threaded interpreter runs it.</summary>
    internal ThreadedInstruction* Threaded;

    /// <summary>What native code needs beside; see <see cref="NativeState"/>.</summary>
    internal NativeState Native;

    /// <summary>One for each segment.</summary>
    internal MemoryWindows Windows;

    /// <summary>
    /// A register by its number, below 11 as the verifier has seen. An address of its own: that of the array would be preceded
    /// by a test for null.
    /// </summary>
    internal ulong* Register(int number) => (ulong*)Unsafe.AsPointer(ref this) + number; // the first field

    /// <summary>The window of an address's segment; those above the last wrap, and no address there is inside a window.</summary>
    internal MemoryWindow* WindowOf(ulong address)
    {
        const int SizeLog2 = 7;
        byte* windows = (byte*)Unsafe.AsPointer(ref this) + sizeof(VmState) - sizeof(MemoryWindows); // the last field
        return (MemoryWindow*)(windows + ((address >> (32 - SizeLog2)) & ((MemoryMap.Segments - 1) << SizeLog2)));
    }

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
