using System.Globalization;
using System.Text;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>A program that ran in a transaction: what it used, said and called.</summary>
/// <remarks>Read from the log: native programs state no units there, and precompiles do not appear.</remarks>
/// <example>
/// <code>
/// foreach (ProgramCall call in result.Calls)
///     Console.WriteLine(call); // the tree, a line each: program, units, success
/// </code>
/// </example>
public sealed class ProgramCall
{
    private readonly List<ProgramCall> _calls = [];
    private readonly List<string> _logs = [];

    private ProgramCall(Address program, int stackHeight)
    {
        Program = program;
        StackHeight = stackHeight;
    }

    /// <summary>The program.</summary>
    public Address Program { get; }

    /// <summary>1 for an instruction of the transaction, 2 for what it calls, and so on.</summary>
    public int StackHeight { get; }

    /// <summary>Units that it used, its calls included; null for a native program, or where the log is cut off.</summary>
    public ulong? UnitsConsumed { get; private set; }

    /// <summary>Units that it used itself: without those of its calls that state theirs.</summary>
    public ulong? OwnUnits => UnitsConsumed - _calls.Aggregate(0ul, (sum, call) => sum + (call.UnitsConsumed ?? 0));

    /// <summary>Whether it returned success; false also where the log is cut off.</summary>
    public bool IsSuccess { get; private set; }

    /// <summary>What the log says behind "failed: "; null where it did not fail.</summary>
    public string? Failure { get; private set; }

    /// <summary>Its own lines of the log, without those of the runtime and of its calls.</summary>
    public IReadOnlyList<string> Logs => _logs;

    /// <summary>The programs that it called, in order.</summary>
    public IReadOnlyList<ProgramCall> Calls => _calls;

    /// <summary>This call and those below it, a line each.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString().TrimEnd();
    }

    /// <summary>Reads the calls of a transaction's log.</summary>
    /// <param name="logs">Any lines; those that are not the runtime's are taken as said by the program that runs.</param>
    /// <returns>The top-level instructions that ran.</returns>
    public static IReadOnlyList<ProgramCall> Read(IReadOnlyList<string> logs)
    {
        ArgumentNullException.ThrowIfNull(logs);
        var top = new List<ProgramCall>();
        var stack = new Stack<ProgramCall>();
        foreach (string line in logs)
        {
            if (TryReadInvoke(line, out Address program, out int height) && height == stack.Count + 1)
            {
                var call = new ProgramCall(program, height);
                (stack.TryPeek(out ProgramCall? caller) ? caller._calls : top).Add(call);
                stack.Push(call);
            }
            else if (stack.TryPeek(out ProgramCall? running) && running.Take(line))
            {
                stack.Pop();
            }
        }

        return top;
    }

    private static bool TryReadInvoke(string line, out Address program, out int height)
    {
        program = default;
        height = 0;
        return line.Split(' ') is ["Program", var id, "invoke", ['[', .. var number, ']']]
            && Address.TryParse(id, out program)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out height);
    }

    /// <summary>Takes a line that came while it ran; whether it ended with it.</summary>
    private bool Take(string line)
    {
        string own = $"Program {Program} ";
        if (!line.StartsWith(own, StringComparison.Ordinal))
        {
            if (!line.StartsWith("Program return: ", StringComparison.Ordinal))
                _logs.Add(line);
            return false;
        }

        string rest = line[own.Length..];
        if (rest == "success")
        {
            IsSuccess = true;
            return true;
        }

        if (rest.StartsWith("failed: ", StringComparison.Ordinal))
        {
            Failure = rest["failed: ".Length..];
            return true;
        }

        if (rest.Split(' ') is ["consumed", var units, "of", _, "compute", "units"]
            && ulong.TryParse(units, NumberStyles.None, CultureInfo.InvariantCulture, out ulong consumed))
            UnitsConsumed = consumed;
        return false;
    }

    private void Write(StringBuilder text)
    {
        text.Append(' ', (StackHeight - 1) * 2).Append(Program);
        if (UnitsConsumed is { } units)
            text.Append(CultureInfo.InvariantCulture, $", {units} units");
        text.AppendLine(IsSuccess ? ", success" : $", {(Failure is null ? "cut off" : $"failed: {Failure}")}");
        foreach (ProgramCall call in _calls)
            call.Write(text);
    }
}
