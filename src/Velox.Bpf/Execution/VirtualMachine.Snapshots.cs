namespace Velox.Bpf;

/// <summary>Runs taken out of a machine between two instructions, and put into one.</summary>
public sealed unsafe partial class VirtualMachine
{
    /// <summary>Takes the run as it is between two slices, or before the first, to go on with it later or elsewhere.</summary>
    /// <param name="includesMappedMemory">
    /// Whether what writable regions of the host hold is taken too; else the host keeps it, and maps it again.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// No program is loaded, it has ended, the machine is running, or a region to be taken has 2 GiB or more.
    /// </exception>
    public VmSnapshot TakeSnapshot(bool includesMappedMemory = false)
    {
        BpfProgram program = RequireIdle() ?? throw new InvalidOperationException("No program is loaded: load one first.");
        if (_hasEnded)
            throw new InvalidOperationException("The program has ended: there is nothing to go on with.");
        return new VmSnapshot(new SnapshotState
        {
            Dialect = program.Dialect,
            ProgramHash = program.Hash,
            MaxCallDepth = _options.MaxCallDepth,
            HeapBytes = _options.HeapBytes,
            HasFrameGaps = HasFrameGaps(program),
            InstructionIndex = State->InstructionIndex,
            Registers = Registers.ToArray(),
            Frames = new ReadOnlySpan<CallFrame>(State->Frames, State->CallDepth).ToArray(),
            Memories = TakeMemories(includesMappedMemory),
        });
    }

    /// <summary>Makes the machine go on where a run was taken from this or another one: <see cref="Continue"/> follows.</summary>
    /// <remarks>
    /// The machine has loaded the same program, has the same sizes, and, where the snapshot includes mapped memory, regions of
    /// the same address and length. Nothing is changed when it is refused.
    /// </remarks>
    /// <exception cref="InvalidOperationException">No program is loaded, or the machine is running.</exception>
    /// <exception cref="SnapshotException">The snapshot does not fit.</exception>
    public void Restore(VmSnapshot snapshot)
    {
        if (TryRestore(snapshot) is { } error)
            throw new SnapshotException(error);
    }

    /// <summary>As <see cref="Restore"/>; the error when the snapshot does not fit, else null.</summary>
    /// <exception cref="InvalidOperationException">No program is loaded, or the machine is running.</exception>
    public SnapshotError? TryRestore(VmSnapshot snapshot)
    {
        BpfProgram program = RequireIdle() ?? throw new InvalidOperationException("No program is loaded: load one first.");
        SnapshotState state = snapshot.State;
        if ((CheckSizes(program, state) ?? SnapshotCallers.Check(program, state) ?? CheckMemories(state)) is { } error)
            return error;
        Begin();
        state.Registers.CopyTo(Registers);
        state.Frames.CopyTo(new Span<CallFrame>(State->Frames, _options.MaxCallDepth));
        State->CallDepth = state.Frames.Length;
        State->InstructionIndex = state.InstructionIndex;
        foreach (SnapshotMemory memory in state.Memories)
            Put(memory);
        return null;
    }

    private bool HasFrameGaps(BpfProgram program) => program.Dialect.HasFrameGaps && _options.AllowsFrameGaps;

    private SnapshotMemory[] TakeMemories(bool includesMapped)
    {
        var memories = new List<SnapshotMemory>();
        foreach (MemoryRegion region in Memory.Regions)
        {
            if (region.IsScratch)
            {
                int bytes = (int)(region.TouchedEnd - region.TouchedStart);
                var touched = new ReadOnlySpan<byte>(region.Host + region.TouchedStart, bytes);
                int start = touched.IndexOfAnyExcept((byte)0);
                if (start < 0)
                    continue;
                byte[] content = touched[start..(touched.LastIndexOfAnyExcept((byte)0) + 1)].ToArray();
                memories.Add(new SnapshotMemory(region.Address, region.Bytes, false, region.TouchedStart + (ulong)start, content));
            }
            else if (includesMapped && region.IsWritable)
            {
                if (region.Bytes > (ulong)Array.MaxLength)
                    throw new InvalidOperationException($"The region at 0x{region.Address:x} of {region.Bytes} bytes is too large for a snapshot.");
                byte[] content = new ReadOnlySpan<byte>(region.Host, (int)region.Bytes).ToArray();
                memories.Add(new SnapshotMemory(region.Address, region.Bytes, true, 0, content));
            }
        }

        return [.. memories];
    }

    private SnapshotError? CheckSizes(BpfProgram program, SnapshotState state)
    {
        // Bytes name the instruction set without what rooms have added to it: that is in the program's hash.
        if (state.Dialect.SbpfVersion != program.Dialect.SbpfVersion)
            return Differs(SnapshotField.Dialect, state.Dialect, program.Dialect);
        if (!state.ProgramHash.AsSpan().SequenceEqual(program.Hash))
            return new SnapshotError(SnapshotField.Program, "it was taken from another program: load that one.");
        if (state.MaxCallDepth != _options.MaxCallDepth)
            return Differs(SnapshotField.MaxCallDepth, state.MaxCallDepth, _options.MaxCallDepth);
        if (state.HeapBytes != _options.HeapBytes)
            return Differs(SnapshotField.HeapBytes, state.HeapBytes, _options.HeapBytes);
        return state.HasFrameGaps != HasFrameGaps(program)
            ? Differs(SnapshotField.FrameGaps, state.HasFrameGaps, HasFrameGaps(program))
            : null;
    }

    private static SnapshotError Differs(SnapshotField field, object taken, object here) =>
        new(field, $"taken with {taken}; this machine has {here}.");

    private SnapshotError? CheckMemories(SnapshotState state)
    {
        foreach (SnapshotMemory memory in state.Memories)
        {
            if (!TryFindRegion(memory, out _))
            {
                return new SnapshotError(
                    SnapshotField.Memory,
                    $"no {(memory.IsMapped ? "writable region of the host" : "stack or heap")} of {memory.RegionBytes} bytes is mapped at 0x{memory.Address:x}.");
            }
        }

        return null;
    }

    private bool TryFindRegion(SnapshotMemory memory, out MemoryRegion found)
    {
        foreach (MemoryRegion region in Memory.Regions)
        {
            if (region.Address == memory.Address && region.Bytes == memory.RegionBytes && region.IsScratch != memory.IsMapped && region.IsWritable)
            {
                found = region;
                return true;
            }
        }

        found = default;
        return false;
    }

    private void Put(SnapshotMemory memory)
    {
        TryFindRegion(memory, out MemoryRegion region);
        memory.Content.CopyTo(new Span<byte>(region.Host + memory.Offset, memory.Content.Length));
        if (region.IsScratch)
            Memory.TouchScratch(region.Address, memory.Offset, memory.Offset + (ulong)memory.Content.Length);
    }
}
