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

    /// <summary>Frames that the next run begins with in reach: what the last one needed.</summary>
    private int _expectedDepth;

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
        if (hasHostFrame)
        {
            _expectedDepth = Math.Max(_expectedDepth, depth);
            ReachFrames(native.Flow.FrameBytesUsed, depth);
        }

        if (hasHostFrame)
            _state->Registers[10] = _machine.Frames.HostAt(depth);
        _state->Native.ResumeAddress = native.AddressOf(_state->InstructionIndex);
        var status = (NativeStatus)native.Entry(_state);
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

    /// <summary>Lets native code call down to a depth, and beyond the current one in any case; notes those frames as touched.</summary>
    /// <param name="bytesUsed">How deep below r10 a frame is used.</param>
    /// <param name="depth">The current depth: where it has reached what was expected, twice that is.</param>
    private void ReachFrames(int bytesUsed, int depth)
    {
        ref readonly StackFrames frames = ref _machine.Frames;
        _state->Native.StackHost = frames.StackHost;
        _state->Native.ReachedBytes = 0;
        int last = _state->MaxCallDepth - 1;
        if (bytesUsed > 0)
        {
            if (depth > 0 && depth >= _expectedDepth)
                _expectedDepth = Math.Min(depth * 2, last);
            last = Math.Min(_expectedDepth, last);
            (ulong low, ulong high) = (frames.HostAt(0), frames.HostAt(last));
            if (low > high)
                (low, high) = (high, low);
            (ulong start, ulong end) = (low - (ulong)bytesUsed - frames.StackHost, high - frames.StackHost);
            _machine.Memory.TouchScratch(MemoryMap.StackAddress, start, end);
            (_state->Native.ReachedStart, _state->Native.ReachedBytes) = (start, end - start);
        }

        _state->Native.FrameLimit = frames.HostAt(last);
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
