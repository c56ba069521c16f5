using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>Runs one program at a time: registers, call frames, stack, heap, and the memory that the host maps.</summary>
/// <remarks>
/// <para>Load a program, map its input, run it as often as you like, load the next: a machine is made to be kept. Runs
/// allocate nothing. Stack and heap are zero at the start of each run; only what the last run touched is cleaned.</para>
/// <para>Not for several threads at once.</para>
/// </remarks>
/// <example>
/// <code>
/// using var machine = new VirtualMachine();
/// machine.Load(BpfProgram.Create(Dialect.Ebpf, text));
/// machine.Memory.Map(MemoryMap.InputAddress, input);
/// ExecutionResult result = machine.Run(units: 1_000_000, MemoryMap.InputAddress, (ulong)input.Length);
/// </code>
/// </example>
public sealed unsafe partial class VirtualMachine : IDisposable
{
    /// <summary>Words of <see cref="HostWords"/>.</summary>
    public const int HostWordCount = 16;

    private readonly VmOptions _options;
    private readonly byte* _heap;
    private readonly NativeRunner? _native;
    private byte* _stack;
    private nuint _stackBytes;
    private int _mappedHeapBytes;
    private ulong _units;
    private bool _hasEnded;

    // Of the loaded program.
    private StackFrames _frames;

    public VirtualMachine(VmOptions? options = null)
    {
        _options = options ?? new VmOptions();
        _options.Validate();
        State = (VmState*)NativeMemory.AlignedAlloc((nuint)sizeof(VmState), 128);
        *State = default;
        State->Frames = (CallFrame*)NativeMemory.AllocZeroed((nuint)_options.MaxCallDepth, (nuint)sizeof(CallFrame));
        State->MaxCallDepth = _options.MaxCallDepth;
        Memory = new MemoryMap((MemoryWindow*)&State->Windows);
        HeapBytes = _options.HeapBytes;
        if (_options.HeapBytes > 0)
            _heap = (byte*)NativeMemory.AllocZeroed((nuint)_options.HeapBytes);
        if (NativeProgram.IsSupported && _options.Compiler is not { AllowsNative: false })
            _native = new NativeRunner(this);
    }

    /// <summary>What the program sees. Map input after <see cref="Load"/>.</summary>
    public MemoryMap Memory { get; }

    /// <summary>The loaded program.</summary>
    public BpfProgram? Program { get; private set; }

    /// <summary>Anything; host functions get it with each call.</summary>
    public object? Context { get; set; }

    /// <summary>What a host function ended the last run with, or null.</summary>
    public object? HostError { get; internal set; }

    /// <summary>
    /// Whether a host function ended the last run: by an error of its own, by units that it lacked, or by memory that it could not
    /// reach. False where the program's own instructions did.
    /// </summary>
    public bool EndedInHost { get; internal set; }

    /// <summary>
    /// Bytes of heap that the next program loaded gets, at most <see cref="VmOptions.HeapBytes"/>, which it starts with.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">More than the machine has, or less than none.</exception>
    public int HeapBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, _options.HeapBytes);
            field = value;
        }
    }

    internal VmState* State { get; private set; }

    /// <summary>The loaded program's frames.</summary>
    internal ref readonly StackFrames Frames => ref _frames;

    /// <summary>The registers r0 to r10, to be looked at or changed between two slices of a run.</summary>
    public Span<ulong> Registers => new(LiveState->Registers, 11);

    /// <summary>
    /// Words of the host's own that the native code of added instructions reads, such as addresses of what it has mapped. The
    /// machine neither reads nor clears them.
    /// </summary>
    public Span<ulong> HostWords => new(LiveState->Native.HostWords, HostWordCount);

    /// <summary>Functions entered and not left, without the first.</summary>
    public int CallDepth => LiveState->CallDepth;

    /// <summary>The instruction to run next.</summary>
    public int InstructionIndex => LiveState->InstructionIndex;

    /// <summary>What is at an address, for people: program, stack, heap, input, allocated or unallocated.</summary>
    public string RegionNameAt(ulong address) => !Memory.IsMapped(address) ? "unallocated" : (address & ~0xffff_fffful) switch
    {
        MemoryMap.ProgramAddress => "program",
        MemoryMap.StackAddress => "stack",
        MemoryMap.HeapAddress => "heap",
        MemoryMap.InputAddress => "input",
        _ => "allocated",
    };

    /// <summary>The number of the stack frame that an address lies in; outside the stack, the one it would be.</summary>
    public long StackFrameAt(ulong address) => FrameOf(Program!.Dialect, address);

    /// <summary>Takes a program: forgets what was mapped and maps its read-only data, stack and heap.</summary>
    /// <exception cref="InvalidOperationException">The machine is running.</exception>
    public void Load(BpfProgram program)
    {
        RequireIdle();
        _options.Compiler?.Loaded(program, _options.AllowsFrameGaps);
        if (!ReferenceEquals(program, Program) || HeapBytes != _mappedHeapBytes || !Memory.ClearBesideProgram())
            Map(program);
        Reset(program);
    }

    private void Map(BpfProgram program)
    {
        Memory.Clear();
        Program = program;
        MapProgram(program);
        MapStack(program.Dialect);
        if (HeapBytes > 0)
        {
            Memory.Add(new MemoryRegion
            {
                Address = MemoryMap.HeapAddress,
                Host = _heap,
                Bytes = (ulong)HeapBytes,
                IsWritable = true,
                IsScratch = true,
            });
        }

        Memory.KeepForProgram();
        _mappedHeapBytes = HeapBytes;
        _frames = new StackFrames(program.Dialect, _stack, _options.MaxCallDepth, _options.AllowsFrameGaps);
    }

    /// <summary>Runs the loaded program from its entry to its end.</summary>
    /// <param name="units">Most instructions, and what host functions take beside.</param>
    /// <param name="argument1">r1.</param>
    /// <param name="argument2">r2.</param>
    /// <param name="observer">Sees each instruction; the run is slower and ends the same.</param>
    /// <exception cref="InvalidOperationException">No program is loaded, or the machine is running.</exception>
    public ExecutionResult Run(ulong units, ulong argument1 = 0, ulong argument2 = 0, IInstructionObserver? observer = null)
    {
        BpfProgram program = RequireProgram();
        Reset(program);
        State->Registers[1] = argument1;
        State->Registers[2] = argument2;
        Slice(program, units, observer);
        return Settle(program);
    }

    /// <summary>Makes the machine ready at the program's entry: clean registers and scratch memory.</summary>
    /// <exception cref="InvalidOperationException">No program is loaded, or the machine is running.</exception>
    public void Begin()
    {
        Reset(RequireProgram());
    }

    /// <summary>Goes on from where the machine is, for at most so many units: a run can be cut into slices.</summary>
    /// <remarks>
    /// A run in slices ends as the whole run does, with one exception: no slice cuts a host function. One that asks for more
    /// than its slice has left takes that rest, and the next slice calls it again, from its price on.
    /// </remarks>
    /// <param name="units">Most instructions, and what host functions take beside.</param>
    /// <param name="observer">Sees each instruction; the run is slower and ends the same.</param>
    /// <exception cref="InvalidOperationException">No program is loaded, it has ended, or the machine is running.</exception>
    public ExecutionResult Continue(ulong units, IInstructionObserver? observer = null)
    {
        BpfProgram program = RequireProgram();
        if (_hasEnded)
            throw new InvalidOperationException("The program has ended: begin a new run.");
        Slice(program, units, observer);
        return Settle(program);
    }

    /// <exception cref="InvalidOperationException">The machine is running.</exception>
    public void Dispose()
    {
        if (State == null)
            return;
        RequireIdle();
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Native memory must not depend on whether someone thought of <see cref="Dispose"/>.</summary>
    ~VirtualMachine()
    {
        if (State != null)
            Release();
    }

    private void Release()
    {
        Memory?.Dispose(); // null where the constructor did not get that far
        _native?.Dispose();
        NativeMemory.Free(_stack);
        NativeMemory.Free(_heap);
        NativeMemory.Free(State->Frames);
        NativeMemory.AlignedFree(State);
        State = null;
    }

    private void Reset(BpfProgram program)
    {
        VmState* state = State;
        Memory.CleanScratch();
        new Span<ulong>(state->Registers, 10).Clear();
        state->Registers[10] = _frames.InitialAddress;
        state->CallDepth = 0;
        state->InstructionIndex = program.EntryIndex;
        state->Error = VmError.None;
        HostError = null;
        _hasEnded = false;
    }

    private void Slice(BpfProgram program, ulong units, IInstructionObserver? observer)
    {
        _units = units;
        EndedInHost = false;
        State->RemainingUnits = units;
        State->Error = VmError.None;
        Memory.IsInUse = true;
        if (observer is not null)
            Observe(program, observer);
        else if (_native is not null && Memory.HasStack && program.Native is { } native && native.Serves(_options.AllowsFrameGaps))
            _native.Run(program, native);
        else if (program.UsesThreadedCode)
            ThreadedInterpreter.Run(this, program, State);
        else
            Interpreter.Run(this, program, State);
        Memory.IsInUse = false;
    }

    private void Observe(BpfProgram program, IInstructionObserver observer)
    {
        try
        {
            ObservedInterpreter.Run(this, program, State, observer);
        }
        catch
        {
            Memory.IsInUse = false; // the machine stays usable when an observer throws
            throw;
        }
    }

    private VmState* LiveState
    {
        get
        {
            ObjectDisposedException.ThrowIf(State == null, this);
            return State;
        }
    }

    /// <summary>The program. A host function must not take the machine away under the run that called it.</summary>
    private BpfProgram? RequireIdle()
    {
        ObjectDisposedException.ThrowIf(State == null, this);
        return Memory.IsInUse ? throw new InvalidOperationException("The machine is running: a host function must use another one.") : Program;
    }

    private BpfProgram RequireProgram() =>
        RequireIdle() ?? throw new InvalidOperationException("No program is loaded: load one first.");

    private ExecutionResult Settle(BpfProgram program)
    {
        VmState* state = State;
        _hasEnded = state->Error != VmError.BudgetExceeded;
        int index = state->Error == VmError.None ? -1 : state->InstructionIndex;
        if (state->Error == VmError.EndedByHost)
            state->Error = VmError.None;
        if (state->Error == VmError.AccessViolation && IsStackFault(program.Dialect, state->FaultAddress))
            state->Error = VmError.StackAccessViolation;
        ulong consumed = _units - state->RemainingUnits;
        _options.Compiler?.Ran(program, consumed, _options.AllowsFrameGaps);
        return state->Error switch
        {
            VmError.None => new ExecutionResult(VmError.None, state->Registers[0], consumed, index),
            VmError.AccessViolation or VmError.StackAccessViolation => new ExecutionResult(
                state->Error, 0, consumed, index, state->FaultAddress, state->FaultBytes, state->FaultIsStore),
            _ => new ExecutionResult(state->Error, 0, consumed, index),
        };
    }

    /// <summary>Consensus (anza-xyz/sbpf memory_region.rs): by frame number -1 to 64, in V0 and V3, whatever is mapped there.</summary>
    private bool IsStackFault(Dialect dialect, ulong address)
    {
        if (dialect.SbpfVersion is null || dialect.MovesFramePointer)
            return false;
        long frame = FrameOf(dialect, address);
        return frame >= -1 && frame <= _options.MaxCallDepth;
    }

    private static long FrameOf(Dialect dialect, ulong address)
    {
        // Saturating: an address in the upper half is a negative number there.
        long distance = (long)address < long.MinValue + (long)MemoryMap.StackAddress
            ? long.MinValue
            : (long)address - (long)MemoryMap.StackAddress;
        return distance / dialect.FrameBytes;
    }

    private void MapProgram(BpfProgram program)
    {
        byte[] data = program.ReadOnlyData;
        if (data.Length == 0)
            return;
        // The array is pinned, and lives as long as the program that the machine holds.
        byte* host = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(data));
        Memory.MapNative(program.Image.ReadOnlyAddress, host, (ulong)data.Length, isWritable: false);
    }

    private void MapStack(Dialect dialect)
    {
        nuint bytes = (nuint)StackFrames.BytesOf(dialect, _options.MaxCallDepth);
        if (_stackBytes < bytes)
        {
            NativeMemory.Free(_stack);
            _stack = (byte*)NativeMemory.AllocZeroed(bytes);
            _stackBytes = bytes;
        }

        Memory.Add(new MemoryRegion
        {
            Address = MemoryMap.StackAddress,
            Host = _stack,
            Bytes = bytes,
            IsWritable = true,
            IsScratch = true,
            GapBytes = dialect.HasFrameGaps && _options.AllowsFrameGaps ? (ulong)dialect.FrameBytes : 0,
        });
        Memory.HasStack = true;
    }
}
