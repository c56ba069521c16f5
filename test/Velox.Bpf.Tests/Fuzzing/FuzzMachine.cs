using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Bpf.Tests;

/// <summary>A machine with a program's regions, which are filled anew for each run.</summary>
internal sealed unsafe class FuzzMachine : IDisposable
{
    private readonly FuzzProgram _program;
    private readonly byte[][] _memories;
    private readonly List<ulong> _log = [];

    /// <param name="program">What it is made for.</param>
    /// <param name="loaded">The same, verified.</param>
    /// <param name="machine">A used machine with the program's options, or null for a fresh one.</param>
    internal FuzzMachine(FuzzProgram program, BpfProgram loaded, VirtualMachine? machine = null)
    {
        _program = program;
        _memories = [.. program.Layout.Regions.Select(region => new byte[region.Bytes])];
        Machine = machine ?? new VirtualMachine(program.Layout.Options);
        Machine.Context = _log;
        Load(loaded);
    }

    internal VirtualMachine Machine { get; }

    private void Load(BpfProgram loaded)
    {
        Machine.Load(loaded);
        for (int i = 0; i < _memories.Length; i++)
        {
            FuzzRegion region = _program.Layout.Regions[i];
            if (region.IsWritable)
                Machine.Memory.Map(region.Address, _memories[i]);
            else
                Machine.Memory.MapReadOnly(region.Address, _memories[i]);
        }
    }

    internal ExecutionResult Result { get; private set; }

    internal void Run(FuzzInput input)
    {
        Begin(input);
        Continue(input.Units);
    }

    internal void Begin(FuzzInput input)
    {
        byte[][] contents = input.Memories(_program.Layout);
        for (int i = 0; i < contents.Length; i++)
            contents[i].CopyTo(_memories[i], 0);
        _log.Clear();
        Machine.Begin();
        Machine.Registers[1] = FuzzInput.Argument1;
        Machine.Registers[2] = input.Argument2;
    }

    /// <summary>Takes over a run of another machine, with what its host has: the contents of the regions, and the log.</summary>
    internal SnapshotError? TryResume(VmSnapshot snapshot, FuzzMachine from)
    {
        for (int i = 0; i < _memories.Length; i++)
            from._memories[i].CopyTo(_memories[i], 0);
        _log.Clear();
        _log.AddRange(from._log);
        return Machine.TryRestore(snapshot);
    }

    internal void Continue(ulong units) => Result = Machine.Continue(units);

    /// <summary>What the last run left, copied.</summary>
    internal FuzzOutcome Outcome()
    {
        string error = Result.Error == VmError.HostFunctionFailed ? Machine.HostError?.GetType().Name ?? "none" : "";
        return new FuzzOutcome(
            Result, Machine.Registers.ToArray(), Machine.CallDepth, error, [.. _log],
            [.. _memories.Select(memory => memory.ToArray()), Stack.ToArray(), Heap.ToArray()]);
    }

    /// <summary>What differs from another machine that ran the same, or null.</summary>
    internal string? Difference(FuzzMachine other) => IsSame(other) ? null : Outcome().Difference(other.Outcome());

    // Nearly always true: without copies.
    private bool IsSame(FuzzMachine other)
    {
        if (Result.Error == VmError.HostFunctionFailed || !Stack.SequenceEqual(other.Stack) || !Heap.SequenceEqual(other.Heap))
            return false;
        for (int i = 0; i < _memories.Length; i++)
        {
            if (!_memories[i].AsSpan().SequenceEqual(other._memories[i]))
                return false;
        }

        return Result == other.Result && Machine.CallDepth == other.Machine.CallDepth
            && Machine.Registers.SequenceEqual(other.Machine.Registers)
            && CollectionsMarshal.AsSpan(_log).SequenceEqual(CollectionsMarshal.AsSpan(other._log));
    }

    /// <summary>Whether stack and heap are zero, as each run must find them. The caller began a run.</summary>
    internal bool IsScratchClean => !Stack.ContainsAnyExcept((byte)0) && !Heap.ContainsAnyExcept((byte)0);

    // Read behind the machine's back, so that looking does not count as touching.
    private ReadOnlySpan<byte> Stack =>
        new(StackOf(Machine), _program.Layout.Options.MaxCallDepth * _program.Dialect.FrameBytes);

    private ReadOnlySpan<byte> Heap => new(HeapOf(Machine), _program.Layout.Options.HeapBytes);

    public void Dispose() => Machine.Dispose();

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_stack")]
    private static extern ref byte* StackOf(VirtualMachine machine);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_heap")]
    private static extern ref byte* HeapOf(VirtualMachine machine);
}
