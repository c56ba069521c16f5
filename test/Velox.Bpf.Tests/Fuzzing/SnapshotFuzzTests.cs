using System.Globalization;

namespace Velox.Bpf.Tests;

/// <summary>
/// Random programs in slices, each slice in a fresh machine, against the run that stays where it is; and snapshots with damaged
/// bytes. VELOX_FUZZ_SEED chooses the seed, VELOX_FUZZ_SNAPSHOTS how many programs are made.
/// </summary>
public sealed class SnapshotFuzzTests(ITestOutputHelper output)
{
    private const ulong DefaultSeed = 20261125;
    private const ulong DefaultPrograms = 600;
    private const int InputsPerProgram = 6;
    private const int DamagesPerProgram = 24;
    private const int MaxSlices = 30;

    private static readonly ulong[] Edges =
    [
        0, 1, 2, 7, 8, 11, 63, 64, 255, 1023, 1024, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, MemoryMap.StackAddress,
        MemoryMap.StackAddress + 4096, MemoryMap.InputAddress, long.MaxValue, 1UL << 63, ulong.MaxValue,
    ];

    private static ulong Seed { get; } = Setting("VELOX_FUZZ_SEED", DefaultSeed);

    private static ulong Programs { get; } = Setting("VELOX_FUZZ_SNAPSHOTS", DefaultPrograms);

    [Fact]
    public void A_run_that_changes_machines_ends_as_the_whole_run()
    {
        Assert.SkipUnless(NativeProgram.IsSupported, "This machine does not run native code: it needs Linux on x86-64.");
        (int moves, int withCallers) = (0, 0);
        var endings = new HashSet<(string, VmError)>();
        for (ulong number = 0; number < Programs; number++)
        {
            var random = new FuzzRandom(Seed ^ (number * 0xd1342543de82ef95));
            FuzzProgram program = ProgramGenerator.Generate(random, random.Pick(Dialect.All));
            for (int i = 0; i < InputsPerProgram; i++)
            {
                string? difference = Move(program, FuzzInput.Generate(random), random, Count, out VmError ending);
                endings.Add((program.Dialect.Name, ending));
                Assert.True(difference is null, $"seed {Seed}, program {number}, input {i}: {difference}\n{program.Describe()}");
            }
        }

        output.WriteLine($"seed {Seed}: {Programs} programs, {moves} moves, {withCallers} of them with callers, {endings.Count} kinds of ends");
        Assert.True(Programs < DefaultPrograms || (withCallers > 500 && endings.Count > 20), $"{withCallers} moves with callers, {endings.Count} kinds of ends");

        void Count(VmSnapshot snapshot)
        {
            moves++;
            withCallers += snapshot.CallDepth > 0 ? 1 : 0;
        }
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_are_a_state_that_all_tiers_run_alike()
    {
        Assert.SkipUnless(NativeProgram.IsSupported, "This machine does not run native code: it needs Linux on x86-64.");
        (int unread, int unfit, int ran) = (0, 0, 0);
        for (ulong number = 0; number < Programs; number++)
        {
            var random = new FuzzRandom(Seed ^ (number * 0xa0761d6478bd642f));
            FuzzProgram program = ProgramGenerator.Generate(random, random.Pick(Dialect.All));
            BpfProgram compiled = Compiled(program);
            using var interpreter = new FuzzMachine(program, program.Create());
            using var native = new FuzzMachine(program, compiled);
            byte[] sample = Sample(interpreter, FuzzInput.Generate(random), random);
            for (int i = 0; sample.Length > 0 && i < DamagesPerProgram; i++)
            {
                string what = $"seed {Seed}, program {number}, damage {i}";
                byte[] damaged = Damage(sample, random);
                if (VmSnapshot.TryRead(damaged, out VmSnapshot? snapshot) is { } error)
                {
                    Assert.True(error.Message.Length > 20 && snapshot is null, what);
                    unread++;
                    continue;
                }

                SnapshotError? refused = interpreter.TryResume(snapshot!, interpreter);
                Assert.True(refused == native.TryResume(snapshot!, interpreter), what);
                if (refused is not null)
                {
                    unfit++;
                    continue;
                }

                ran++;
                string? difference = RunBoth(interpreter, native, random);
                Assert.True(difference is null, $"{what}: {difference}\n{program.Describe()}");
            }
        }

        output.WriteLine($"seed {Seed}: {unread} not read, {unfit} did not fit, {ran} ran");
        Assert.True(Programs < DefaultPrograms || (unread > 500 && unfit > 500 && ran > 500), $"{unread} not read, {unfit} did not fit, {ran} ran");
    }

    /// <summary>What differs between a run in one machine and the same run that goes on in a fresh one after every slice.</summary>
    private static string? Move(FuzzProgram program, FuzzInput input, FuzzRandom random, Action<VmSnapshot> moved, out VmError ending)
    {
        BpfProgram interpreted = program.Create();
        BpfProgram compiled = Compiled(program);
        using var whole = new FuzzMachine(program, interpreted);
        using var staying = new FuzzMachine(program, interpreted);
        var moving = new FuzzMachine(program, compiled);
        try
        {
            whole.Run(input);
            ending = whole.Result.Error;
            staying.Begin(input);
            moving.Begin(input);
            bool isWhole = true;
            ulong used = 0;
            for (int slice = 0; ; slice++)
            {
                ulong units = Math.Min(input.Units - used, slice < MaxSlices ? (ulong)random.Between(0, random.Chance(60) ? 12 : 150) : input.Units);
                VmSnapshot snapshot = VmSnapshot.Read(moving.Machine.TakeSnapshot(random.Chance(30)).ToArray());
                var next = new FuzzMachine(program, random.Chance(50) ? compiled : interpreted);
                SnapshotError? refused = next.TryResume(snapshot, moving);
                moving.Dispose();
                moving = next;
                if (refused is not null)
                    return $"slice {slice}: {refused}";
                moved(snapshot);
                staying.Continue(units);
                moving.Continue(units);
                if (staying.Difference(moving) is { } difference)
                    return $"slice {slice} of {units} units after {used}: {difference}";
                used += staying.Result.ConsumedUnits;
                if (staying.Result.Error != VmError.BudgetExceeded || used == input.Units)
                    return isWhole ? DifferentialFuzzer.WholeDifference(whole.Outcome(), moving.Outcome(), used) : null;
                // A host function that a slice cannot pay for is called again in the next.
                isWhole &= !DifferentialFuzzer.MayCallHost(program, staying.Result.InstructionIndex);
            }
        }
        finally
        {
            moving.Dispose();
        }
    }

    /// <summary>The bytes of a snapshot from the midst of a run; of the start where the run is too short.</summary>
    private static byte[] Sample(FuzzMachine machine, FuzzInput input, FuzzRandom random)
    {
        machine.Begin(input);
        byte[] sample = machine.Machine.TakeSnapshot(includesMappedMemory: random.Chance(20)).ToArray();
        for (int slice = random.Between(1, 20); slice > 0; slice--)
        {
            machine.Continue((ulong)random.Between(1, 40));
            if (machine.Result.Error != VmError.BudgetExceeded)
                break;
            sample = machine.Machine.TakeSnapshot(includesMappedMemory: random.Chance(20)).ToArray();
        }

        return sample;
    }

    private static string? RunBoth(FuzzMachine interpreter, FuzzMachine native, FuzzRandom random)
    {
        for (int slice = 0; slice < 4; slice++)
        {
            ulong units = (ulong)random.Between(0, 200);
            interpreter.Continue(units);
            native.Continue(units);
            if (interpreter.Difference(native) is { } difference)
                return $"slice {slice} of {units} units: {difference}";
            if (interpreter.Result.Error != VmError.BudgetExceeded)
                return null;
        }

        return null;
    }

    /// <summary>One to three changes, most of them in the state and the callers.</summary>
    private static byte[] Damage(byte[] sample, FuzzRandom random)
    {
        byte[] bytes = [.. sample];
        for (int i = random.Between(1, 3); i > 0; i--)
        {
            int at = random.Chance(80) ? random.Between(Math.Min(56, bytes.Length - 1), Math.Min(400, bytes.Length - 1)) : random.Below(bytes.Length);
            switch (random.Below(8))
            {
                case 0:
                    return bytes[..random.Below(bytes.Length)];
                case 1:
                    bytes[at] ^= (byte)(1 << random.Below(8));
                    break;
                case 2 or 3:
                    bytes[at] = (byte)random.Below(40);
                    break;
                default:
                    // Fields are at multiples of four.
                    byte[] value = BitConverter.GetBytes(random.Chance(50) ? random.Pick(Edges) : (ulong)random.Below(60));
                    int start = at & ~3;
                    value.AsSpan(0, Math.Min(random.Chance(50) ? 4 : 8, bytes.Length - start)).CopyTo(bytes.AsSpan(start));
                    break;
            }
        }

        return bytes;
    }

    private static BpfProgram Compiled(FuzzProgram program)
    {
        BpfProgram compiled = program.Create();
        Tier.Native.Prepare(compiled, program.Layout.Options);
        return compiled;
    }

    private static ulong Setting(string name, ulong otherwise) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : otherwise;
}
