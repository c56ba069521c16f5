using System.Globalization;
using Iced.Intel;
using X86 = Iced.Intel.Instruction;

namespace Velox.Bpf.Tests;

/// <summary>
/// Decodes a program's native code with another decoder and follows it: every access to memory must be in the frame, in the
/// machine's state where that is meant, or inside a span that was checked on every way there.
/// </summary>
internal sealed class NativeCodeChecker
{
    private static readonly InstructionInfoFactory Infos = new();

    private readonly Dialect _dialect;
    private readonly int _slots;
    private readonly NativeScratch _scratch;
    private readonly int _tableStart;
    private readonly int _start;
    private readonly int _translate;
    private readonly SortedDictionary<int, X86> _code = [];
    private readonly Dictionary<int, Facts> _before = [];
    private readonly Queue<int> _pending = new();

    internal NativeCodeChecker(BpfProgram program, bool allowsFrameGaps)
    {
        int capacity = X64Compiler.CommonBytes + (X64Compiler.MaxBytesPerInstruction * program.Instructions.Length);
        _dialect = program.Dialect;
        _slots = program.Count;
        _scratch = new NativeScratch();
        _scratch.Reset(program.Count);
        byte[] buffer = new byte[capacity];
        int bytes;
        unsafe
        {
            fixed (byte* start = buffer)
                bytes = X64Compiler.Compile(program, new FlowAnalysis(program), allowsFrameGaps, start, capacity, _scratch);
        }

        Assert.True(bytes > 0, "The buffer is too small.");
        Bytes = bytes;
        _tableStart = _scratch.TableUses.Count > 0 ? bytes - (4 * _slots) : bytes;
        var decoder = Iced.Intel.Decoder.Create(64, new ByteArrayCodeReader(buffer, 0, _tableStart), ip: 0);
        while (decoder.IP < (ulong)_tableStart)
        {
            X86 instruction = decoder.Decode();
            _code.Add((int)instruction.IP, instruction);
        }

        _start = _scratch.Offsets.Where(offset => offset >= 0).Min();
        _translate = FindRoutine(NativeOffsets.Translate);
    }

    internal int Bytes { get; }

    internal IEnumerable<Mnemonic> Mnemonics => _code.Values.Select(instruction => instruction.Mnemonic);

    /// <summary>What is wrong, or null.</summary>
    internal string? Check()
    {
        foreach (X86 instruction in _code.Values)
        {
            if (instruction.IsInvalid)
                return Wrong(instruction, "no instruction");
            if (instruction.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch or FlowControl.Call
                && !_code.ContainsKey((int)instruction.NearBranchTarget))
            {
                return Wrong(instruction, "leads into the midst of an instruction");
            }
        }

        foreach (int entry in _scratch.Offsets.Where(offset => offset >= 0).Concat(_scratch.Returns.Select(point => point.Offset)))
        {
            if (!_code.ContainsKey(entry))
                return $"entry at {entry} is in the midst of an instruction";
            Reach(entry, default);
        }

        while (_pending.TryDequeue(out int at))
        {
            X86 instruction = _code[at];
            Facts facts = _before[at];
            if (WrongAccess(instruction, facts) is { } wrong)
                return Wrong(instruction, $"{wrong}; {facts}");
            Follow(instruction, facts);
        }

        return null;
    }

    private static string Wrong(X86 instruction, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"at {instruction.IP}: {instruction}: {what}");

    private int FindRoutine(int calledField)
    {
        int call = _code.First(pair => pair.Value.Mnemonic == Mnemonic.Call && pair.Value.MemoryBase == Register.R15
            && (int)pair.Value.MemoryDisplacement64 == calledField).Key;
        // The routine starts behind the end of the one before.
        return _code.Last(pair => pair.Key < call && pair.Value.FlowControl is FlowControl.Return or FlowControl.UnconditionalBranch).Value is var end
            ? (int)end.NextIP
            : 0;
    }

    private void Reach(int at, Facts facts)
    {
        if (at < _start)
            return; // the common part: read by people
        bool isNew = !_before.TryGetValue(at, out Facts before);
        Facts met = isNew ? facts : before.Meet(facts);
        if (!isNew && met == before)
            return;
        _before[at] = met;
        _pending.Enqueue(at);
    }

    private void Follow(X86 instruction, Facts facts)
    {
        Facts after = FactRules.After(instruction, facts, _slots, _tableStart);
        if (instruction.Mnemonic == Mnemonic.Call && instruction.NearBranchTarget == (ulong)_translate && _translate > 0)
        {
            Fact asked = facts.Rdx;
            long bytes = asked.Kind == FactKind.Constant ? asked.Bytes & (NativeGateway.StoreFlag - 1) : 0;
            after = after with { Rcx = new Fact(FactKind.Answer, bytes, (asked.Bytes & NativeGateway.StoreFlag) != 0), Saved = facts.Saved };
        }

        switch (instruction.FlowControl)
        {
            case FlowControl.ConditionalBranch:
                Reach((int)instruction.NearBranchTarget, after);
                Reach((int)instruction.NextIP, FactRules.NotTaken(instruction, after));
                break;
            case FlowControl.UnconditionalBranch:
                Reach((int)instruction.NearBranchTarget, after);
                break;
            case FlowControl.Return or FlowControl.IndirectBranch:
                break;
            default:
                Reach((int)instruction.NextIP, after);
                break;
        }
    }

    private string? WrongAccess(X86 instruction, Facts facts)
    {
        if (instruction.Mnemonic is Mnemonic.Lea or Mnemonic.Nop)
            return null;
        foreach (UsedMemory memory in Infos.GetInfo(instruction).GetUsedMemory())
        {
            if (memory.Base == Register.RSP)
            {
                if (instruction.Mnemonic is Mnemonic.Push or Mnemonic.Pop or Mnemonic.Call or Mnemonic.Ret)
                    continue;
                return "touches the native stack";
            }

            bool writes = memory.Access is not (OpAccess.Read or OpAccess.CondRead);
            long displacement = (long)memory.Displacement;
            int bytes = memory.MemorySize.GetSize();
            string? wrong = memory.Base switch
            {
                Register.R15 => WrongStateAccess(displacement, bytes, writes, memory.Index),
                Register.RBP when !_dialect.MovesFramePointer && memory.Index == Register.None =>
                    displacement >= -_dialect.FrameBytes && displacement + bytes <= 0 ? null : "outside the frame",
                Register.RCX when memory is { Index: Register.RDX, Scale: 4 } && !writes =>
                    facts.Rcx.Kind == FactKind.Table && facts.Rdx.Kind == FactKind.Slot ? null : "table not checked",
                Register.RCX or Register.RDX when memory.Index == Register.None => WrongHostAccess(facts[memory.Base], displacement, bytes, writes),
                _ => "an address that nothing checks",
            };
            if (wrong is not null)
                return wrong;
        }

        return null;
    }

    private static string? WrongHostAccess(Fact fact, long displacement, int bytes, bool writes)
    {
        if (fact.Kind != FactKind.Host || displacement < 0 || displacement + bytes > fact.Bytes)
            return "outside the checked span";
        return writes && !fact.IsWritable ? "not checked for writing" : null;
    }

    private static string? WrongStateAccess(long displacement, int bytes, bool writes, Register index)
    {
        bool isWindow = displacement >= NativeOffsets.Windows && displacement + bytes <= NativeOffsets.Windows + (MemoryMap.Segments * 128);
        if (!writes)
            return isWindow || (index == Register.None && displacement >= -NativeOffsets.Context && displacement < NativeOffsets.Windows)
                ? null : "reads beside the state";
        bool isMeant = index == Register.None
            && ((displacement >= NativeOffsets.Spill && displacement + bytes <= NativeOffsets.Spill + 64)
                || ((displacement == NativeOffsets.InstructionIndex || displacement == NativeOffsets.CallDepth) && bytes == 4));
        return isMeant ? null : "writes into the state";
    }
}
