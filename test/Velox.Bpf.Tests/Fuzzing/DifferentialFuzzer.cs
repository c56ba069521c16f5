using System.Globalization;

namespace Velox.Bpf.Tests;

/// <summary>Runs generated programs in all tiers and compares everything; finds the smallest program that still differs.</summary>
internal sealed class DifferentialFuzzer(ulong seed, Tier tier = Tier.Native)
{
    private const int InputsPerProgram = 16;

    /// <summary>Inputs that also run in slices and in the reference.</summary>
    private const int ThoroughInputs = 2;

    /// <summary>Programs that were run: each input once in each tier counts one.</summary>
    internal long ExecutedPrograms { get; private set; }

    internal Dictionary<VmError, long> Endings { get; } = [];

    /// <summary>Opcodes that the generator emitted, by dialect.</summary>
    internal HashSet<(string Dialect, string Mnemonic, byte Opcode)> Emitted { get; } = [];

    /// <summary>A program of its own seed, with all its inputs; a readable failure, or null.</summary>
    internal string? RunOne(ulong number)
    {
        var random = new FuzzRandom(seed ^ (number * 0xd1342543de82ef95));
        Dialect dialect = random.Pick(Dialect.All);
        FuzzProgram program = ProgramGenerator.Generate(random, dialect);
        Note(program);
        if (program.TryCreate(out _) is { } refused)
            return $"seed {seed}, program {number}: the generator's program was refused: {refused}\n{program.Describe()}";
        return RunProgram(program, random, number);
    }

    /// <summary>A verified program with inputs of its own; a readable failure, or null.</summary>
    internal string? RunProgram(FuzzProgram program, FuzzRandom random, ulong number)
    {
        List<FuzzInput> inputs = [.. Enumerable.Range(0, InputsPerProgram).Select(_ => FuzzInput.Generate(random))];
        ulong sliceSeed = random.Next();
        string? difference = Compare(program, inputs, sliceSeed, isCounted: true);
        return difference is null ? null : Shrink(program, inputs, sliceSeed, $"seed {seed}, program {number}: {difference}");
    }

    private void Note(FuzzProgram program)
    {
        foreach (InstructionWord word in program.Words)
        {
            if (word.Opcode != 0 && program.Dialect.Find(in word) is { } entry)
                Emitted.Add((program.Dialect.Name, entry.Mnemonic, entry.Opcode));
        }
    }

    private string? Compare(FuzzProgram program, List<FuzzInput> inputs, ulong sliceSeed, bool isCounted = false)
    {
        BpfProgram interpreted = program.Create();
        Tier.Switch.Prepare(interpreted);
        BpfProgram compiled = program.Create();
        tier.Prepare(compiled, program.Layout.Options);
        using var interpreter = new FuzzMachine(program, interpreted);
        using var threaded = new FuzzMachine(program, program.Create());
        using var native = new FuzzMachine(program, compiled);
        for (int i = 0; i < inputs.Count; i++)
        {
            FuzzInput input = inputs[i];
            interpreter.Run(input);
            threaded.Run(input);
            native.Run(input);
            if (interpreter.Difference(threaded) is { } unlike)
                return $"input {i}, switch / handlers: {unlike}";
            if (interpreter.Difference(native) is { } difference)
                return $"input {i}, interpreter / native: {difference}";
            if (isCounted)
                Count(interpreter.Result.Error);
            if (i < ThoroughInputs)
            {
                FuzzOutcome expected = interpreter.Outcome();
                if (CompareReference(program, input, expected) is { } wrong)
                    return $"input {i}, interpreter / reference: {wrong}";
                if (CompareSlices(program, interpreter, threaded, native, input, expected, sliceSeed) is { } cut)
                    return $"input {i}, sliced: {cut}";
            }

            threaded.Begin(input);
            native.Begin(input);
            interpreter.Begin(input);
            if (!threaded.IsScratchClean || !native.IsScratchClean || !interpreter.IsScratchClean)
                return $"input {i}: scratch memory is not zero at the next run";
        }

        return null;
    }

    private void Count(VmError ending)
    {
        ExecutedPrograms++;
        Endings[ending] = Endings.GetValueOrDefault(ending) + 1;
    }

    private static string? CompareReference(FuzzProgram program, FuzzInput input, FuzzOutcome expected)
    {
        byte[][] memories = [.. input.Memories(program.Layout).Select(memory => memory.ToArray())];
        var reference = new ReferenceMachine(program, memories);
        ExecutionResult result = reference.Run(input.Units, FuzzInput.Argument1, input.Argument2);
        var outcome = new FuzzOutcome(
            result, reference.Registers, 0, expected.HostError, [.. reference.Log], [.. memories, reference.Stack, reference.Heap]);
        return expected.Difference(outcome, comparesFrame: false);
    }

    /// <summary>
    /// The same run in slices: handlers and native code against the switch after every slice, and the end against the whole run.
    /// A third program is compiled in the midst of its run.
    /// </summary>
    private string? CompareSlices(
        FuzzProgram program, FuzzMachine interpreter, FuzzMachine threaded, FuzzMachine native, FuzzInput input,
        FuzzOutcome whole, ulong seed)
    {
        var random = new FuzzRandom(seed);
        BpfProgram late = program.Create();
        using var switching = new FuzzMachine(program, late);
        int compileAt = random.Below(6);
        interpreter.Begin(input);
        threaded.Begin(input);
        native.Begin(input);
        switching.Begin(input);
        ulong used = 0;
        bool isWhole = true;
        bool tampers = random.Chance(30);
        for (int slice = 0; ; slice++)
        {
            ulong units = Math.Min(input.Units - used, (ulong)random.Between(random.Chance(10) ? 0 : 1, random.Chance(60) ? 12 : 150));
            if (slice == compileAt)
                tier.Prepare(late, program.Layout.Options);
            if (tampers && random.Chance(30))
            {
                // Between slices registers are the host's to change.
                int register = random.Between(0, 10);
                ulong value = register == 10 && random.Chance(70)
                    ? MemoryMap.StackAddress + (ulong)(random.Between(0, 20) * 512)
                    : (ulong)random.Value();
                foreach (FuzzMachine machine in new[] { interpreter, threaded, native, switching })
                    machine.Machine.Registers[register] = value;
                isWhole = false;
            }

            interpreter.Continue(units);
            threaded.Continue(units);
            native.Continue(units);
            switching.Continue(units);
            if (interpreter.Difference(threaded) is { } unlike)
                return $"slice {slice} of {units} units after {used}, switch / handlers: {unlike}";
            if (interpreter.Difference(native) is { } difference)
                return $"slice {slice} of {units} units after {used}, interpreter / native: {difference}";
            if (interpreter.Difference(switching) is { } switched)
                return $"slice {slice} of {units} units after {used}, interpreter / compiled at slice {compileAt}: {switched}";
            ExecutionResult result = interpreter.Result;
            used += result.ConsumedUnits;
            if (result.Error != VmError.BudgetExceeded || used == input.Units)
                return isWhole ? WholeDifference(whole, interpreter.Outcome(), used) : null;
            // A host function that a slice cannot pay for takes the rest of the slice and is called again in the next.
            isWhole &= !MayCallHost(program, result.InstructionIndex);
        }
    }

    internal static bool MayCallHost(FuzzProgram program, int index) =>
        index < program.Words.Length && program.Words[index].Opcode is 0x85 or 0x8d;

    internal static string? WholeDifference(FuzzOutcome whole, FuzzOutcome end, ulong used)
    {
        // What host functions saw of the meter is the slice's: only the order of calls and their arguments are the same.
        ExecutionResult result = end.Result with { ConsumedUnits = used };
        return whole.Difference(end with { Result = result, Log = whole.Log });
    }

    /// <summary>Replaces instructions by ones that do nothing for as long as the difference stays.</summary>
    private string Shrink(FuzzProgram program, List<FuzzInput> inputs, ulong sliceSeed, string first)
    {
        string? last = null;
        foreach (FuzzInput input in inputs)
        {
            if (Differs(program, input) is null)
                continue;
            for (bool hasShrunk = true; hasShrunk;)
            {
                hasShrunk = false;
                for (int length = program.Words.Length / 2; length > 0; length /= 2)
                {
                    for (int at = 0; at + length <= program.Words.Length; at += length)
                    {
                        if (program.Words.AsSpan(at, length).ContainsAnyExcept(FuzzProgram.Nop)
                            && Differs(Without(program, at, length), input) is { } smaller)
                        {
                            program = Without(program, at, length);
                            last = smaller;
                            hasShrunk = true;
                        }
                    }
                }
            }

            return string.Create(CultureInfo.InvariantCulture, $"{first}\nshrunk: {last ?? first}\n{input}\n{program.Describe()}");
        }

        return $"{first} (not reproduced by one input alone)\n{program.Describe()}";

        string? Differs(FuzzProgram candidate, FuzzInput input) =>
            candidate.TryCreate(out _) is null ? Compare(candidate, [input], sliceSeed) : null;
    }

    private static FuzzProgram Without(FuzzProgram program, int at, int length)
    {
        InstructionWord[] words = [.. program.Words];
        words.AsSpan(at, length).Fill(FuzzProgram.Nop);
        return program with { Words = words };
    }
}
