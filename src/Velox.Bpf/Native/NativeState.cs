using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>The part of a machine's state that only native code uses.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeState
{
    /// <summary>The machine, as a handle: what native code calls finds it here.</summary>
    internal nint Machine;

    /// <summary>rsp of the entry; where every way out returns to.</summary>
    internal ulong StackPointer;

    /// <summary>Where to start in native code.</summary>
    internal ulong ResumeAddress;

    /// <summary>
    /// Return addresses and saved registers of the callers, outermost first on the way in, innermost first on the way out.
    /// </summary>
    internal ulong* CallerWords;
    internal ulong CallerWordCount;

    /// <summary>The host address of the stack.</summary>
    internal ulong StackHost;

    /// <summary>The furthest host address that r10 has had since native code was entered: those frames are cleaned afterwards.</summary>
    internal ulong FrameLimit;

    /// <summary>The furthest host address that r10 may get by a call.</summary>
    internal ulong LastFrame;

    /// <summary>Functions that native code calls.</summary>
    internal void* CallHost;
    internal void* Translate;
    internal void* RunInstruction;
    internal void* RunAdded;

    /// <summary>Registers that a call out would lose.</summary>
    internal fixed ulong Spill[8];

    /// <summary>What the host keeps for the code of added instructions.</summary>
    internal fixed ulong HostWords[VirtualMachine.HostWordCount];
}

/// <summary>Distances of the state's fields from where native code's context register points: the input segment's window.</summary>
internal static unsafe class NativeOffsets
{
    private const int InputSegment = (int)(MemoryMap.InputAddress >> 32);

    static NativeOffsets()
    {
        VmState state;
        byte* start = (byte*)&state;
        Context = (int)((byte*)&state.Windows - start) + (InputSegment * sizeof(MemoryWindow));
        Registers = Of(state.Registers);
        RemainingUnits = Of(&state.RemainingUnits);
        InstructionIndex = Of(&state.InstructionIndex);
        CallDepth = Of(&state.CallDepth);
        MaxCallDepth = Of(&state.MaxCallDepth);
        StackPointer = Of(&state.Native.StackPointer);
        ResumeAddress = Of(&state.Native.ResumeAddress);
        CallerWords = Of(&state.Native.CallerWords);
        CallerWordCount = Of(&state.Native.CallerWordCount);
        StackHost = Of(&state.Native.StackHost);
        FrameLimit = Of(&state.Native.FrameLimit);
        LastFrame = Of(&state.Native.LastFrame);
        CallHost = Of(&state.Native.CallHost);
        Translate = Of(&state.Native.Translate);
        RunInstruction = Of(&state.Native.RunInstruction);
        RunAdded = Of(&state.Native.RunAdded);
        Spill = Of(state.Native.Spill);
        HostWords = Of(state.Native.HostWords);
        Windows = Of(&state.Windows);

        MemoryWindow window;
        byte* windowStart = (byte*)&window;
        WindowHost = (int)((byte*)&window.Host - windowStart);
        WindowDistance = (int)((byte*)&window.Distance - windowStart);
        WindowReadBytes = (int)((byte*)&window.ReadBytes - windowStart);
        WindowWriteBytes = (int)((byte*)&window.WriteBytes - windowStart);
        WindowReadLimits = (int)((byte*)window.ReadLimits - windowStart);
        WindowWriteLimits = (int)((byte*)window.WriteLimits - windowStart);

        int Of(void* field) => (int)((byte*)field - start) - Context;
    }

    /// <summary>From the state's start to the context register's value.</summary>
    internal static int Context { get; }

    internal static int Registers { get; }

    internal static int RemainingUnits { get; }

    internal static int InstructionIndex { get; }

    internal static int CallDepth { get; }

    internal static int MaxCallDepth { get; }

    internal static int StackPointer { get; }

    internal static int ResumeAddress { get; }

    internal static int CallerWords { get; }

    internal static int CallerWordCount { get; }

    internal static int StackHost { get; }

    internal static int FrameLimit { get; }

    internal static int LastFrame { get; }

    internal static int CallHost { get; }

    internal static int Translate { get; }

    internal static int RunInstruction { get; }

    internal static int RunAdded { get; }

    internal static int Spill { get; }

    internal static int HostWords { get; }

    /// <summary>The first segment's window.</summary>
    internal static int Windows { get; }

    /// <summary>From a segment's window to the next one's.</summary>
    internal const int WindowStep = 128;

    internal static int WindowHost { get; }

    internal static int WindowDistance { get; }

    internal static int WindowReadBytes { get; }

    internal static int WindowWriteBytes { get; }

    internal static int WindowReadLimits { get; }

    internal static int WindowWriteLimits { get; }

    /// <summary>In a window, the end of what can be read or written.</summary>
    internal static int WindowBytesField(bool isStore) => isStore ? WindowWriteBytes : WindowReadBytes;

    /// <summary>In a window, the first distance from its start where an access of 1, 2, 4 or 8 bytes does not fit.</summary>
    internal static int WindowLimitField(int bytes, bool isStore) =>
        (isStore ? WindowWriteLimits : WindowReadLimits) + (sizeof(ulong) * int.Log2(bytes));
}
