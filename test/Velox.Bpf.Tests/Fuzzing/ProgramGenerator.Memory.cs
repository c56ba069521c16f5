namespace Velox.Bpf.Tests;

/// <summary>Pointers and accesses: inside, at edges, across ends, in runs through one register.</summary>
internal sealed partial class ProgramGenerator
{
    private static readonly int[] Spans = [8, 12, 16, 64, 250, 256, 257, 300];

    /// <summary>What registers point at, as far as the generator followed.</summary>
    private readonly Known[] _known = new Known[11];

    /// <summary>Makes a register a pointer: into a region, to its edges, or nowhere.</summary>
    private void EmitPointer(int register)
    {
        if (_random.Chance(25))
        {
            Emit(0xbf, register, 10);
            int below = _random.Pick<int>([8, 16, 64, 100, 256, 504]);
            Emit(0x07, register, immediate: -below);
            // It may go beyond r10: out of the frame, or into the gap.
            _known[register] = new Known(_random.Below(100) < _wildness ? below + 24 : below, true);
            return;
        }

        (ulong address, int bytes, bool isWritable) = _random.Pick(_memory);
        if (_random.Below(100) >= _wildness)
        {
            int start = _random.Chance(50) ? 0 : _random.Below(bytes);
            EmitConstant(register, address + (ulong)start);
            _known[register] = new Known(bytes - start, isWritable);
            return;
        }

        ulong edge = _random.Below(6) switch
        {
            0 => address - (ulong)_random.Below(10),
            1 => address + (ulong)bytes - (ulong)_random.Below(20),
            2 => address + (ulong)bytes + (ulong)_random.Below(10),
            3 => 0 - (ulong)_random.Below(300),
            4 => address | ((ulong)_random.Between(1, 255) << 36),
            _ => (ulong)_random.Value(),
        };
        EmitConstant(register, edge);
        _known[register] = new Known(16, true);
    }

    private int PickBase()
    {
        int register = _random.Below(10);
        for (int i = 0; i < 10; i++, register = (register + 1) % 10)
        {
            if (_known[register].Bytes > 0)
                return register;
        }

        if (_random.Below(100) < _wildness)
            return register;
        register = Destination();
        EmitPointer(register);
        return register;
    }

    private void EmitAccess(int baseRegister) =>
        EmitAccess(baseRegister, low: 0, span: Math.Max(1, _known[baseRegister].Bytes));

    private void EmitAccess(int baseRegister, int low, int span)
    {
        bool mayStore = baseRegister == 10 || _known[baseRegister].IsWritable || _random.Below(100) < _wildness;
        bool isLoad = !mayStore || _random.Chance(50);
        OpcodeEntry entry = _random.Pick(isLoad ? _loads : _stores);
        int bytes = AccessSize.Of(entry.Operation);
        if (span < bytes && _random.Below(100) >= _wildness)
            return;
        int room = Math.Max(0, Math.Min(span, 30_000) - bytes);
        int offset = low + _random.Between(0, room);
        if (_random.Below(100) < _wildness)
            offset += _random.Between(-9, 9);
        if (isLoad)
        {
            // Loads that overwrite their own base end a run.
            int destination = _random.Chance(6) && baseRegister != 10 && baseRegister != _reserved ? baseRegister : OtherThan(baseRegister);
            EmitEntry(entry, destination, baseRegister, offset, 0);
            _known[destination] = default;
        }
        else
        {
            EmitEntry(entry, baseRegister, _random.Chance(20) ? 10 : _random.Below(10), offset, (int)_random.Value());
        }
    }

    private int OtherThan(int register)
    {
        int destination = Destination();
        return destination == register ? 0 : destination;
    }

    /// <summary>Accesses through one register, near each other, with other things between.</summary>
    private void EmitRun()
    {
        int baseRegister = _random.Chance(12) ? 10 : PickBase();
        int second = _random.Chance(30) ? PickBase() : baseRegister;
        int span = _random.Pick(Spans);
        int low = baseRegister == 10 ? -_random.Between(0, _dialect.SbpfVersion is null ? 300 : 4200) : 0;
        if (baseRegister != 10 && _known[baseRegister].Bytes > 0 && _random.Below(100) >= _wildness)
            span = Math.Min(span, _known[baseRegister].Bytes);
        for (int count = _random.Between(2, 8); count > 0; count--)
        {
            if (_random.Chance(8) && baseRegister != 10 && baseRegister != _reserved)
                Emit(0x07, baseRegister, immediate: _random.Between(-8, 8)); // a pointer that walks ends its span
            else if (_random.Chance(80))
                EmitAccess(baseRegister, low, span);
            else if (second != baseRegister)
                EmitAccess(second);
            else if (_random.Chance(50))
                EmitFrameAccess();
            else
                EmitArithmetic();
        }
    }

    private void EmitFrameAccess()
    {
        int frame = _dialect.FrameBytes;
        int low = _random.Below(100) < _wildness
            ? _random.Pick<int>([-frame - 8, -frame, -8, -4, 0, 8, frame])
            : -_random.Between(1, _random.Chance(80) ? 10 : frame / 8) * 8;
        EmitAccess(10, low, low < 0 ? 8 : 16);
    }

    private void EmitSpill()
    {
        (int load, int store) = _dialect.SbpfVersion == 2 ? (0x9c, 0x9f) : (0x79, 0x7b);
        int register = PickBase();
        int offset = -8 * _random.Between(1, 8);
        Emit(store, 10, register, offset);
        if (_random.Chance(40))
            EmitArithmetic();
        int destination = Destination();
        Known known = _known[register];
        Emit(load, destination, 10, offset);
        _known[destination] = known;
        EmitAccess(destination);
    }

    private void EmitAtomic()
    {
        if (_atomics.Length == 0)
        {
            EmitAccess(PickBase());
            return;
        }

        OpcodeEntry entry = _random.Pick(_atomics);
        bool fetches = (entry.Key & 1) != 0 && entry.Key != 0xf1;
        bool isFrame = _random.Chance(30);
        int baseRegister = isFrame ? 10 : PickBase();
        int source = fetches ? Destination() : _random.Below(11);
        int bytes = AccessSize.Of(entry.Operation);
        if (!isFrame && (_known[baseRegister].Bytes < bytes || !_known[baseRegister].IsWritable) && _random.Below(100) >= _wildness)
            return;
        int offset = isFrame ? -_random.Between(bytes, 64) : _random.Between(0, Math.Max(0, Math.Min(_known[baseRegister].Bytes, 64) - bytes));
        Emit(entry.Opcode, baseRegister, source, offset, entry.Key);
        _known[0] = default;
        if (fetches)
            _known[source] = default;
    }

    private readonly record struct Known(int Bytes, bool IsWritable);
}
