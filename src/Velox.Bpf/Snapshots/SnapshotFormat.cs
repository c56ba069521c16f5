using System.Buffers;
using System.Buffers.Binary;

namespace Velox.Bpf;

/// <summary>The binary form of snapshots: fields of fixed order and width, little-endian. Reading takes any bytes.</summary>
internal static unsafe class SnapshotFormat
{
    private const ulong Magic = 0x504e_534d_5658_4c56; // "VLXVMSNP"
    private const uint Version = 1;
    private const int HashBytes = 32;
    private const int RegisterCount = 11;
    private const int SavedCount = 5;

    internal static void Write(SnapshotState state, IBufferWriter<byte> writer)
    {
        Put(writer, Magic);
        Put(writer, Version);
        Put(writer, (uint)(state.Dialect.SbpfVersion + 1 ?? 0));
        writer.Write(state.ProgramHash);
        Put(writer, (uint)state.MaxCallDepth);
        Put(writer, (uint)state.HeapBytes);
        Put(writer, state.HasFrameGaps ? 1u : 0);
        Put(writer, (uint)state.InstructionIndex);
        foreach (ulong register in state.Registers)
            Put(writer, register);
        Put(writer, (uint)state.Frames.Length);
        foreach (CallFrame frame in state.Frames)
        {
            for (int i = 0; i < SavedCount; i++)
                Put(writer, frame.Saved[i]);
            Put(writer, (ulong)frame.ReturnIndex);
        }

        Put(writer, (uint)state.Memories.Length);
        foreach (SnapshotMemory memory in state.Memories)
        {
            Put(writer, memory.Address);
            Put(writer, memory.RegionBytes);
            Put(writer, memory.IsMapped ? 1u : 0);
            Put(writer, memory.Offset);
            Put(writer, (uint)memory.Content.Length);
            writer.Write(memory.Content);
        }
    }

    internal static SnapshotError? TryRead(ReadOnlySpan<byte> bytes, out SnapshotState? state)
    {
        state = null;
        var cursor = new SnapshotCursor(bytes);
        try
        {
            ReadHeader(ref cursor);
            SnapshotState read = ReadFields(ref cursor);
            if (cursor.RestBytes > 0)
                return new SnapshotError(SnapshotField.Length, $"{cursor.RestBytes} bytes follow the last field.");
            state = read;
            return null;
        }
        catch (SnapshotException exception)
        {
            return exception.Error;
        }
    }

    private static void ReadHeader(ref SnapshotCursor cursor)
    {
        if (cursor.UInt64() != Magic)
            throw Error(SnapshotField.Magic, "these bytes are no snapshot of a machine.");
        uint version = cursor.UInt32();
        if (version != Version)
            throw Error(SnapshotField.Version, $"version {version}; this library reads version {Version}.");
    }

    private static SnapshotState ReadFields(ref SnapshotCursor cursor)
    {
        uint dialect = cursor.UInt32();
        var read = new SnapshotState
        {
            Dialect = (dialect == 0 ? Dialect.Ebpf : Dialect.FindSbpf(dialect - 1))
                ?? throw Error(SnapshotField.Dialect, $"number {dialect}; there are 0 for ebpf and 1 to 4 for sbpf-v0 to sbpf-v3."),
            ProgramHash = cursor.Bytes(HashBytes).ToArray(),
            MaxCallDepth = ReadNumber(ref cursor, SnapshotField.MaxCallDepth, 1, VmOptions.MaxMaxCallDepth),
            HeapBytes = ReadNumber(ref cursor, SnapshotField.HeapBytes, 0, VmOptions.MaxHeapBytes),
            HasFrameGaps = ReadNumber(ref cursor, SnapshotField.FrameGaps, 0, 1) == 1,
            InstructionIndex = ReadNumber(ref cursor, SnapshotField.InstructionIndex, 0, Verifier.MaxInstructions),
            Registers = ReadRegisters(ref cursor),
            Frames = ReadFrames(ref cursor),
            Memories = ReadMemories(ref cursor),
        };
        return read.Frames.Length < read.MaxCallDepth
            ? read
            : throw Error(SnapshotField.CallDepth, $"{read.Frames.Length} suspended callers; where {read.MaxCallDepth} is the limit there are fewer.");
    }

    private static ulong[] ReadRegisters(ref SnapshotCursor cursor)
    {
        ulong[] registers = new ulong[RegisterCount];
        for (int i = 0; i < RegisterCount; i++)
            registers[i] = cursor.UInt64();
        return registers;
    }

    private static CallFrame[] ReadFrames(ref SnapshotCursor cursor)
    {
        var frames = new CallFrame[ReadNumber(ref cursor, SnapshotField.CallDepth, 0, VmOptions.MaxMaxCallDepth - 1)];
        foreach (ref CallFrame frame in frames.AsSpan())
        {
            for (int i = 0; i < SavedCount; i++)
                frame.Saved[i] = cursor.UInt64();
            frame.ReturnIndex = (long)cursor.UInt64();
        }

        return frames;
    }

    private static SnapshotMemory[] ReadMemories(ref SnapshotCursor cursor)
    {
        var memories = new SnapshotMemory[ReadNumber(ref cursor, SnapshotField.Memory, 0, MemoryMap.MaxRegions)];
        for (int i = 0; i < memories.Length; i++)
        {
            ulong address = cursor.UInt64();
            ulong regionBytes = cursor.UInt64();
            bool isMapped = ReadNumber(ref cursor, SnapshotField.Memory, 0, 1) == 1;
            ulong offset = cursor.UInt64();
            byte[] content = cursor.Bytes(cursor.UInt32()).ToArray();
            if (offset > regionBytes || regionBytes - offset < (ulong)content.Length)
                throw Error(SnapshotField.Memory, $"{content.Length} bytes at {offset} of the region at 0x{address:x}, which has {regionBytes} bytes.");
            memories[i] = new SnapshotMemory(address, regionBytes, isMapped, offset, content);
        }

        return memories;
    }

    private static int ReadNumber(ref SnapshotCursor cursor, SnapshotField field, uint least, uint most)
    {
        uint value = cursor.UInt32();
        return value >= least && value <= most ? (int)value : throw Error(field, $"{value}; it must be {least} to {most}.");
    }

    private static SnapshotException Error(SnapshotField field, string detail) => new(new SnapshotError(field, detail));

    private static void Put(IBufferWriter<byte> writer, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(sizeof(uint)), value);
        writer.Advance(sizeof(uint));
    }

    private static void Put(IBufferWriter<byte> writer, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(writer.GetSpan(sizeof(ulong)), value);
        writer.Advance(sizeof(ulong));
    }

    /// <summary>Reads from the front; what is cut off ends the reading.</summary>
    private ref struct SnapshotCursor(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        internal readonly int RestBytes => _rest.Length;

        internal uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint)));

        internal ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(sizeof(ulong)));

        internal ReadOnlySpan<byte> Bytes(uint count)
        {
            if (count > (uint)_rest.Length)
                throw Error(SnapshotField.Length, $"cut off: {count} bytes should follow, {_rest.Length} do.");
            ReadOnlySpan<byte> bytes = _rest[..(int)count];
            _rest = _rest[(int)count..];
            return bytes;
        }
    }
}
