using System.Numerics;
using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>Runs a program in native code, and in the interpreter where native code hands back.</summary>
/// <remarks>
/// Callers are on the native stack while native code runs, and in the state's frames while the interpreter does: this type
/// turns one into the other.
/// </remarks>
internal sealed unsafe class NativeRunner : IDisposable
{
    private const int WordsPerFrame = 6;

    private readonly VirtualMachine _machine;
    private readonly VmState* _state;
    private GCHandle _handle;

    internal NativeRunner(VirtualMachine machine)
    {
        _machine = machine;
        _state = machine.State;
        _state->Native.CallerWords = (ulong*)NativeMemory.Alloc((nuint)(_state->MaxCallDepth * WordsPerFrame), sizeof(ulong));
        // Weak: a machine that nobody disposes of must not be kept alive by its own state.
        _handle = GCHandle.Alloc(machine, GCHandleType.Weak);
        NativeGateway.Connect(_state, _handle);
    }

    /// <summary>Runs from the state's instruction to the end of the program or of its units.</summary>
    internal void Run(BpfProgram program, NativeProgram native)
    {
        while (true)
        {
            if (native.HasEntry(_state->InstructionIndex) && _machine.Frames.IsRegular(_state->Registers[10], _state->CallDepth) && PushCallers(program, native))
            {
                NativeStatus status = Enter(program, native);
                if (status != NativeStatus.Left)
                    return;
            }

            if (!Interpreter.RunToEntry(_machine, program, _state, native))
                return;
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(_state->Native.CallerWords);
        if (_handle.IsAllocated)
            _handle.Free();
    }

    private NativeStatus Enter(BpfProgram program, NativeProgram native)
    {
        int depth = _state->CallDepth;
        bool hasHostFrame = !program.Dialect.MovesFramePointer;
        int frameBytes = hasHostFrame ? FrameBytesOf(program, native) : 0;
        if (hasHostFrame)
            BeginFrames(frameBytes, depth);
        _state->Native.ResumeAddress = native.AddressOf(_state->InstructionIndex);
        var status = (NativeStatus)native.Entry(_state);
        if (frameBytes > 0)
            NoteFrames(frameBytes);
        GC.KeepAlive(native);
        GC.KeepAlive(_machine);
        if (status != NativeStatus.Ended)
        {
            PopCallers(program, native);
            if (hasHostFrame)
                _state->Registers[10] = _machine.Frames.AddressOf(_state->Registers[10]);
        }
        else if (hasHostFrame)
        {
            _state->Registers[10] = _machine.Frames.AddressAt(0);
            _state->CallDepth = 0;
        }

        return status;
    }

    /// <summary>Bytes below r10 that native code writes without translation: those that instructions name, with gaps all.</summary>
    private int FrameBytesOf(BpfProgram program, NativeProgram native) =>
        _machine.Frames.HasGaps ? program.Dialect.FrameBytes : native.Flow.FrameBytesUsed;

    /// <summary>Puts r10 to its frame, the furthest reached so far.</summary>
    /// <param name="frameBytes">What a frame is used of. Where that is nothing, none needs to be noted, and all count as reached.</param>
    /// <param name="depth">The frame's number.</param>
    private void BeginFrames(int frameBytes, int depth)
    {
        ref readonly StackFrames frames = ref _machine.Frames;
        _state->Registers[10] = frames.HostAt(depth);
        _state->Native.StackHost = frames.StackHost;
        _state->Native.LastFrame = frames.HostAt(_state->MaxCallDepth - 1);
        _state->Native.FrameLimit = frameBytes > 0 ? frames.HostAt(depth) : _state->Native.LastFrame;
    }

    /// <summary>Notes the frames that native code has reached as touched.</summary>
    private void NoteFrames(int frameBytes)
    {
        ref readonly StackFrames frames = ref _machine.Frames;
        (ulong low, ulong high) = (frames.HostAt(0), _state->Native.FrameLimit);
        if (low > high)
            (low, high) = (high, low);
        _machine.Memory.TouchScratch(MemoryMap.StackAddress, low - (ulong)frameBytes - frames.StackHost, high - frames.StackHost);
    }

    /// <summary>
    /// The state's frames as words for the native stack, outermost first. False when the host changed a register between
    /// slices that native code did not save, as the function called leaves it alone: its caller gets it back from the interpreter.
    /// </summary>
    private bool PushCallers(BpfProgram program, NativeProgram native)
    {
        bool movesFrame = program.Dialect.MovesFramePointer;
        ulong* next = _state->Native.CallerWords;
        for (int depth = 0; depth < _state->CallDepth; depth++)
        {
            CallFrame* frame = _state->Frames + depth;
            ulong* inner = depth + 1 < _state->CallDepth ? frame[1].Saved : _state->Registers + 6;
            byte saved = SavedBy(program, native, (int)frame->ReturnIndex - 1);
            if (movesFrame)
                *next++ = frame->Saved[4];
            else if (frame->Saved[4] != _machine.Frames.AddressAt(depth))
                return false;
            for (int i = 0; i < 4; i++)
            {
                if ((saved & (1 << i)) != 0)
                    *next++ = frame->Saved[i];
                else if (frame->Saved[i] != inner[i])
                    return false;
            }

            *next++ = native.ReturnAddressTo((int)frame->ReturnIndex);
        }

        _state->Native.CallerWordCount = (ulong)(next - _state->Native.CallerWords);
        return true;
    }

    /// <summary>Words from the native stack, innermost first, as frames of the state.</summary>
    private void PopCallers(BpfProgram program, NativeProgram native)
    {
        ulong* words = _state->Native.CallerWords;
        ulong* end = words + (_state->Native.CallerWordCount / sizeof(ulong));
        int depth = CountCallers(program, native, words, end);
        _state->CallDepth = depth;

        // A register that a call did not save is as the next inner frame has it.
        Span<ulong> current = stackalloc ulong[4];
        new ReadOnlySpan<ulong>(_state->Registers + 6, 4).CopyTo(current);
        while (words < end)
        {
            depth--;
            CallFrame* frame = _state->Frames + depth;
            frame->ReturnIndex = native.IndexOfReturn(*words++);
            byte saved = SavedBy(program, native, (int)frame->ReturnIndex - 1);
            for (int i = 3; i >= 0; i--)
            {
                if ((saved & (1 << i)) != 0)
                    current[i] = *words++;
                frame->Saved[i] = current[i];
            }

            frame->Saved[4] = program.Dialect.MovesFramePointer ? *words++ : _machine.Frames.AddressAt(depth);
        }
    }

    private static int CountCallers(BpfProgram program, NativeProgram native, ulong* words, ulong* end)
    {
        int count = 0;
        while (words < end)
        {
            byte saved = SavedBy(program, native, native.IndexOfReturn(*words) - 1);
            words += 1 + BitOperations.PopCount(saved) + (program.Dialect.MovesFramePointer ? 1 : 0);
            count++;
        }

        return count;
    }

    private static byte SavedBy(BpfProgram program, NativeProgram native, int call)
    {
        ref readonly Instruction instruction = ref program.Instructions[call];
        return instruction.Operation == Operation.CallLocal
            ? native.Flow.SavedRegisters(instruction.Target)
            : FlowAnalysis.AllSaved;
    }
}
