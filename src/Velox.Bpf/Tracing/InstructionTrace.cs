using System.Globalization;
using System.Text;

namespace Velox.Bpf;

/// <summary>Writes a line for each executed instruction: its number, r0 to r10 before it, its slot, its disassembly.</summary>
/// <remarks>The form is that of anza-xyz/sbpf's traces, so that runs of both can be compared.</remarks>
public sealed class InstructionTrace : IInstructionObserver
{
    private readonly TextWriter _writer;
    private readonly Disassembler _disassembler;
    private readonly ulong _maxLines;
    private readonly StringBuilder _line = new();

    /// <param name="program">What runs.</param>
    /// <param name="writer">Where the lines go.</param>
    /// <param name="maxLines">Most lines; what is executed after them is only counted.</param>
    public InstructionTrace(BpfProgram program, TextWriter writer, ulong maxLines = ulong.MaxValue)
    {
        _writer = writer;
        _disassembler = new Disassembler(program.Image, program.Host);
        _maxLines = maxLines;
    }

    /// <summary>Instructions seen.</summary>
    public ulong Count { get; private set; }

    /// <summary>Instructions without a line.</summary>
    public ulong Skipped => Count - Math.Min(Count, _maxLines);

    public void BeforeInstruction(VirtualMachine machine)
    {
        Count++;
        if (Count > _maxLines)
            return;
        _line.Clear().Append(CultureInfo.InvariantCulture, $"{Count - 1,5} [");
        ReadOnlySpan<ulong> registers = machine.Registers;
        for (int i = 0; i < registers.Length; i++)
            _line.Append(i == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"{registers[i]:X16}");
        int index = machine.InstructionIndex;
        _line.Append(CultureInfo.InvariantCulture, $"] {index,5}: {_disassembler.InstructionAt(index)}");
        _writer.WriteLine(_line);
    }
}
