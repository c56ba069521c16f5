using System.Numerics;

namespace Velox.Bpf.Tests;

/// <summary>
/// A third implementation, slow and plain, from the encoded slots: control flow, calls and memory. Shares no code with the room.
/// </summary>
internal sealed class ReferenceMachine
{
    private readonly FuzzProgram _program;
    private readonly Dialect _dialect;
    private readonly int _version;
    private readonly List<Region> _regions = [];
    private readonly Stack<(ulong[] Saved, long Return)> _callers = new();
    private readonly ulong[] _r = new ulong[11];
    private ulong _remaining;
    private VmError _error;
    private bool _hasEnded;
    private bool _hasReturned;
    private (ulong Address, ulong Bytes, bool IsStore) _fault;

    internal ReferenceMachine(FuzzProgram program, IReadOnlyList<byte[]> memories)
    {
        _program = program;
        _dialect = program.Dialect;
        _version = _dialect.SbpfVersion ?? -1;
        FuzzLayout layout = program.Layout;
        for (int i = 0; i < layout.Regions.Count; i++)
            _regions.Add(new Region(layout.Regions[i].Address, memories[i], layout.Regions[i].IsWritable, 0));
        int frame = _version < 0 ? 512 : 4096;
        HasGaps = _version == 0 && layout.Options.AllowsFrameGaps;
        Stack = new byte[layout.Options.MaxCallDepth * frame];
        Heap = new byte[layout.Options.HeapBytes];
        _regions.Add(new Region(MemoryMap.StackAddress, Stack, true, HasGaps ? 4096ul : 0));
        _regions.Add(new Region(MemoryMap.HeapAddress, Heap, true, 0));
        _regions.Add(new Region(MemoryMap.ProgramAddress, layout.ReadOnlyData, false, 0));
        _r[10] = MemoryMap.StackAddress + (_version is 0 or 3 ? 4096 : (ulong)Stack.Length);
    }

    internal byte[] Stack { get; }

    internal byte[] Heap { get; }

    internal ulong[] Registers => _r;

    internal List<ulong> Log { get; } = [];

    private bool HasGaps { get; }

    private long FrameStep => _version switch
    {
        -1 => -512,
        0 => HasGaps ? 8192 : 4096,
        3 => 4096,
        _ => 0,
    };

    internal ExecutionResult Run(ulong units, ulong argument1, ulong argument2)
    {
        (_r[1], _r[2], _remaining) = (argument1, argument2, units);
        long pc = _program.EntryIndex;
        while (true)
        {
            if (_remaining == 0)
                _error = VmError.BudgetExceeded;
            else
                _remaining--;
            long next = _error == VmError.None ? Step(pc) : pc;
            if (_hasReturned)
                pc = -1;
            if (_error != VmError.None || _hasEnded)
                break;
            pc = next;
        }

        bool isViolation = _error == VmError.AccessViolation;
        if (isViolation && _version is 0 or 3 && IsNearStack(_fault.Address))
            _error = VmError.StackAccessViolation;
        ulong consumed = units - _remaining;
        return isViolation
            ? new ExecutionResult(_error, 0, consumed, (int)pc, _fault.Address, _fault.Bytes, _fault.IsStore)
            : new ExecutionResult(_error, _error == VmError.None ? _r[0] : 0, consumed, (int)pc);
    }

    private bool IsNearStack(ulong address)
    {
        BigInteger distance = (BigInteger)(long)address - MemoryMap.StackAddress;
        BigInteger frame = distance / 4096;
        return frame >= -1 && frame <= _program.Layout.Options.MaxCallDepth;
    }

    /// <summary>Runs one instruction; where the next one is.</summary>
    private long Step(long pc)
    {
        if (pc >= _program.Words.Length)
            return Fail(VmError.ExecutionOverrun);
        InstructionWord w = _program.Words[pc];
        bool isV2 = _version == 2;
        if (w.Opcode == 0)
            return Fail(VmError.UnsupportedInstruction);
        if (w.Opcode == 0x18 && !isV2)
        {
            _r[w.Destination] = (uint)w.Immediate | ((ulong)(uint)_program.Words[pc + 1].Immediate << 32);
            return pc + 2;
        }

        if (isV2 && Array.IndexOf<byte>([0x2c, 0x3c, 0x8c, 0x9c, 0x27, 0x37, 0x87, 0x97, 0x2f, 0x3f, 0x8f, 0x9f], w.Opcode) is >= 0 and var moved)
        {
            Transfer(w, 1 << (moved % 4), isLoad: moved < 4, isRegister: moved >= 8, isSigned: false);
            return pc + 1;
        }

        switch (w.Opcode & 7)
        {
            case 1 or 2 or 3:
                int bytes = (w.Opcode & 0x18) switch { 0 => 4, 8 => 2, 0x10 => 1, _ => 8 };
                if ((w.Opcode & 0xe0) == 0xc0)
                    Atomic(w, bytes);
                else
                    Transfer(w, bytes, (w.Opcode & 7) == 1, (w.Opcode & 7) == 3, isSigned: (w.Opcode & 0xe0) == 0x80);
                return pc + 1;
            case 5:
                return Jump(w, pc);
            case 6 when !isV2:
                return Jump(w, pc);
            default:
                VmError error = ReferenceArithmetic.Apply(_version, w, _r);
                return error == VmError.None ? pc + 1 : Fail(error);
        }
    }

    private long Fail(VmError error)
    {
        _error = error;
        return -1;
    }

    private long Jump(InstructionWord w, long pc)
    {
        switch (w.Opcode)
        {
            case 0x05: return pc + 1 + w.Offset;
            case 0x06: return pc + 1 + w.Immediate;
            case 0x85: return Call(w, pc);
            case 0x8d: return CallRegister(w, pc);
            case 0x95: return Exit();
        }

        bool is32 = (w.Opcode & 7) == 6;
        ulong left = _r[w.Destination];
        ulong right = (w.Opcode & 8) != 0 ? _r[w.Source] : (ulong)w.Immediate;
        if (is32)
            (left, right) = ((uint)left, (uint)right);
        (long signedLeft, long signedRight) = is32 ? ((int)left, (int)right) : ((long)left, (long)right);
        bool isTaken = (w.Opcode >> 4) switch
        {
            0x1 => left == right,
            0x2 => left > right,
            0x3 => left >= right,
            0x4 => (left & right) != 0,
            0x5 => left != right,
            0x6 => signedLeft > signedRight,
            0x7 => signedLeft >= signedRight,
            0xa => left < right,
            0xb => left <= right,
            0xc => signedLeft < signedRight,
            _ => signedLeft <= signedRight,
        };
        return pc + 1 + (isTaken ? w.Offset : 0);
    }

    private long Call(InstructionWord w, long pc)
    {
        bool isKey = _version is >= 0 and <= 2;
        if ((isKey || w.Source == 0) && FuzzHost.Find(_dialect, (uint)w.Immediate) is >= 0 and int function)
            return CallHost(function, pc);
        if (isKey && _program.Functions.TryGetValue((uint)w.Immediate, out FunctionSymbol symbol))
            return Enter(pc, symbol.Index);
        long target = pc + 1 + w.Immediate;
        bool isLocal = !isKey && w.Source == 1 && target >= 0 && target < _program.Words.Length;
        return isLocal ? Enter(pc, target) : Fail(VmError.UnsupportedInstruction);
    }

    private long CallRegister(InstructionWord w, long pc)
    {
        if (_version < 0)
        {
            int function = FuzzHost.Find(_dialect, _r[w.Destination]);
            return function >= 0 ? CallHost(function, pc) : Fail(VmError.UnknownHostFunction);
        }

        int register = _version switch { 2 => w.Source, 3 => w.Destination, _ => w.Immediate };
        ulong target = (_r[register] - _program.TextAddress) / 8;
        long next = Enter(pc, (long)target);
        return _error == VmError.None && target >= (ulong)_program.Words.Length ? Fail(VmError.CallOutsideText) : next;
    }

    private long Enter(long pc, long target)
    {
        _callers.Push(([.. _r[6..11]], pc + 1));
        if (_callers.Count == _program.Layout.Options.MaxCallDepth)
            return Fail(VmError.CallDepthExceeded);
        _r[10] += (ulong)FrameStep;
        return target;
    }

    private long Exit()
    {
        if (_callers.Count == 0)
        {
            _hasEnded = _hasReturned = true;
            return -1;
        }

        (ulong[] saved, long next) = _callers.Pop();
        saved.CopyTo(_r, 6);
        return next;
    }

    private long CallHost(int function, long pc)
    {
        var call = new Caller(this);
        if (!call.TryConsume(FuzzHost.PriceOf(function)))
            return -1;
        try
        {
            _r[0] = FuzzHost.Run(function, call);
        }
        catch (FormatException)
        {
            _r[0] = 0;
            _error = VmError.HostFunctionFailed;
        }

        return pc + 1;
    }

    private Span<byte> Access(ulong address, ulong bytes, bool isStore)
    {
        foreach (Region region in _regions)
        {
            ulong offset = address - region.Address;
            ulong addressBytes = (ulong)region.Memory.Length * (region.Gap == 0 ? 1ul : 2);
            if (address < region.Address || offset >= addressBytes || (isStore && !region.IsWritable))
                continue;
            if (region.Gap != 0)
            {
                if (offset / region.Gap % 2 == 1)
                    continue;
                offset = (offset / (2 * region.Gap) * region.Gap) + (offset % region.Gap);
            }

            if (offset <= (ulong)region.Memory.Length && bytes <= (ulong)region.Memory.Length - offset)
                return region.Memory.AsSpan((int)offset, (int)bytes);
        }

        _error = VmError.AccessViolation;
        _fault = (address, bytes, isStore);
        return default;
    }

    private void Transfer(InstructionWord w, int bytes, bool isLoad, bool isRegister, bool isSigned)
    {
        ulong address = _r[isLoad ? w.Source : w.Destination] + (ulong)w.Offset;
        Span<byte> memory = Access(address, (ulong)bytes, !isLoad);
        if (_error != VmError.None)
            return;
        if (isLoad)
            _r[w.Destination] = Get(memory, isSigned);
        else
            Put(memory, isRegister ? _r[w.Source] : (ulong)w.Immediate);
    }

    private void Atomic(InstructionWord w, int bytes)
    {
        Span<byte> memory = Access(_r[w.Destination] + (ulong)w.Offset, (ulong)bytes, isStore: true);
        if (_error != VmError.None)
            return;
        ulong mask = bytes == 8 ? ulong.MaxValue : uint.MaxValue;
        ulong old = Get(memory, isSigned: false);
        ulong operand = _r[w.Source] & mask;
        ulong value = (w.Immediate & ~1) switch
        {
            0x00 => old + operand,
            0x40 => old | operand,
            0x50 => old & operand,
            0xa0 => old ^ operand,
            0xe0 => operand,
            _ => old == (_r[0] & mask) ? operand : old,
        };
        Put(memory, value);
        if (w.Immediate == 0xf1)
            _r[0] = old;
        else if ((w.Immediate & 1) != 0)
            _r[w.Source] = old;
    }

    private static ulong Get(ReadOnlySpan<byte> memory, bool isSigned)
    {
        ulong value = isSigned && memory[^1] >= 0x80 ? ulong.MaxValue : 0;
        for (int i = memory.Length - 1; i >= 0; i--)
            value = (value << 8) | memory[i];
        return value;
    }

    private static void Put(Span<byte> memory, ulong value)
    {
        for (int i = 0; i < memory.Length; i++)
            memory[i] = (byte)(value >> (8 * i));
    }

    private sealed record Region(ulong Address, byte[] Memory, bool IsWritable, ulong Gap);

    private readonly struct Caller(ReferenceMachine machine) : IFuzzCall
    {
        public ulong RemainingUnits => machine._remaining;

        public List<ulong> Log => machine.Log;

        public ulong Argument(int number) => machine._r[number];

        public bool TryConsume(ulong units)
        {
            bool isCovered = machine._remaining >= units;
            machine._remaining = isCovered ? machine._remaining - units : 0;
            if (!isCovered)
                machine._error = VmError.BudgetExceeded;
            return isCovered;
        }

        public bool TryRead(ulong address, ulong length, out ReadOnlySpan<byte> memory)
        {
            memory = length == 0 ? default : machine.Access(address, length, isStore: false);
            return machine._error == VmError.None;
        }

        public bool TryWrite(ulong address, ulong length, out Span<byte> memory)
        {
            memory = length == 0 ? default : machine.Access(address, length, isStore: true);
            return machine._error == VmError.None;
        }

        public ulong Fail(object error)
        {
            machine._error = VmError.HostFunctionFailed;
            return 0;
        }

        public ulong EndProgram(ulong result)
        {
            machine._hasEnded = true;
            return result;
        }
    }
}
