using System.Globalization;

namespace Velox.Bpf.Tests;

/// <summary>ARM64 code under an emulator against the interpreter and the plain reference. The vectors' tests run it too.</summary>
/// <remarks>VELOX_FUZZ_SEED chooses the seed, VELOX_FUZZ_ARM64_PROGRAMS how many programs are made.</remarks>
public sealed class Arm64ProgramTests(ITestOutputHelper output)
{
    private const ulong DefaultSeed = 20261125;
    private const ulong DefaultPrograms = 300;

    [Fact]
    public void All_tiers_agree_on_random_programs()
    {
        ulong seed = Setting("VELOX_FUZZ_SEED", DefaultSeed);
        ulong programs = Setting("VELOX_FUZZ_ARM64_PROGRAMS", DefaultPrograms);
        var fuzzer = new DifferentialFuzzer(seed, Tier.Arm64);
        ulong before = Arm64Emulator.UsedUnits;
        for (ulong number = 0; number < programs; number++)
        {
            string? failure = fuzzer.RunOne(number);
            Assert.True(failure is null, failure);
        }

        string endings = string.Join(", ", fuzzer.Endings.Select(ending => $"{ending.Key} {ending.Value}"));
        ulong units = Arm64Emulator.UsedUnits - before;
        output.WriteLine($"seed {seed}: {programs} programs, {fuzzer.ExecutedPrograms} runs, {units} units in the guest: {endings}");
        Assert.True(units > 0);
    }

    /// <summary>Code of more than 1 MiB: conditional jumps must reach their out-of-line parts nevertheless.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Jumps_reach_over_large_programs(ulong argument)
    {
        const int repeats = 20_000;
        var words = new List<InstructionWord> { new(0xbf, 6, 1, 0, 0), new(0xb7, 0, 0, 0, 0) };
        for (int i = 0; i < repeats; i++)
        {
            words.Add(new InstructionWord(0x55, 2, 0, 1, 0));      // if r2 != 0 goto +1
            words.Add(new InstructionWord(0x07, 0, 0, 0, 3));      // r0 += 3
            words.Add(new InstructionWord(0x71, 3, 6, (short)(i % 8), 0)); // r3 = *(u8 *)(r6 + i)
            words.Add(new InstructionWord(0x0f, 0, 3, 0, 0));      // r0 += r3
        }

        words.Add(new InstructionWord(0x55, 2, 0, 1, 0));
        words.Add(new InstructionWord(0x05, 0, 0, 0, 0));
        words.Add(new InstructionWord(0x95, 0, 0, 0, 0));
        BpfProgram program = BpfProgram.Create(Dialect.Ebpf, ElfWriter.Text([.. words]));
        Tier.Arm64.Prepare(program);
        Assert.True(program.Native!.CodeBytes > 1 << 20);

        using var machine = new VirtualMachine();
        machine.Load(program);
        machine.Memory.Map(MemoryMap.InputAddress, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 });
        ulong before = Arm64Emulator.UsedUnits;
        ExecutionResult result = machine.Run(1_000_000, MemoryMap.InputAddress, argument);
        ulong expectedUnits = (ulong)(2 + (repeats * (argument == 0 ? 4 : 3)) + (argument == 0 ? 3 : 2));
        ulong expected = (ulong)((repeats / 8 * 36) + (argument == 0 ? repeats * 3 : 0));
        Assert.Equal((VmError.None, expected, expectedUnits), (result.Error, result.Value, result.ConsumedUnits));
        Assert.Equal(expectedUnits, Arm64Emulator.UsedUnits - before);

        // A region that ends early: the last of the accesses far away from their out-of-line parts.
        machine.Load(program);
        machine.Memory.Map(MemoryMap.InputAddress, new byte[7]);
        result = machine.Run(1_000_000, MemoryMap.InputAddress, argument);
        Assert.Equal((VmError.AccessViolation, MemoryMap.InputAddress + 7), (result.Error, result.FaultAddress));
    }

    /// <summary>What the processor must be told of new code; an emulator has no such caches, but it executes the instructions.</summary>
    [Fact]
    public unsafe void The_routine_for_the_instruction_cache_comes_back()
    {
        using Arm64Guest guest = Arm64Emulator.StartGuest();
        byte[] routine = new byte[Arm64InstructionCache.MaxBytes];
        int bytes;
        fixed (byte* start = routine)
            bytes = Arm64InstructionCache.EmitRoutine(start);
        Assert.InRange(bytes, 1, Arm64InstructionCache.MaxBytes);

        // x0 to x2 from the words at the argument.
        byte[] caller = new byte[256];
        fixed (byte* start = caller)
        {
            var code = new Arm64Assembler(start);
            code.Load(8, false, Arm64.X2, Arm64.X0, 16);
            code.LoadPair(Arm64.X0, Arm64.X1, Arm64.X0, 0);
            code.Patch(code.Jump(), caller.Length);
        }

        const ulong address = GuestImage.MemoryAddress;
        const ulong words = address + (1 << 20);
        guest.Write(address, [.. caller, .. routine]);
        guest.Write(words, ElfWriter.Words(address + 3, address + 3, 12_345));
        guest.Call(address, words, (_, _, _) => throw new InvalidOperationException("The routine calls nothing."));
    }

    private static ulong Setting(string name, ulong otherwise) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : otherwise;
}
