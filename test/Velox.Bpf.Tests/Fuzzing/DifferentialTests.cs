using System.Diagnostics;
using System.Globalization;

namespace Velox.Bpf.Tests;

/// <summary>
/// Random programs in interpreter, native code and plain reference. VELOX_FUZZ_SEED chooses the seed, VELOX_FUZZ_PROGRAMS how many
/// programs are made (each runs with several inputs).
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const ulong DefaultSeed = 20261125;
    private const ulong DefaultPrograms = 3000;

    [Fact]
    public void All_tiers_agree_on_random_programs()
    {
        Assert.SkipUnless(NativeProgram.IsSupported, "This machine does not run native code: it needs Linux on x86-64 or ARM64.");
        ulong seed = Setting("VELOX_FUZZ_SEED", DefaultSeed);
        ulong programs = Setting("VELOX_FUZZ_PROGRAMS", DefaultPrograms);
        var fuzzer = new DifferentialFuzzer(seed);
        long start = Stopwatch.GetTimestamp();
        for (ulong number = 0; number < programs; number++)
        {
            string? failure = fuzzer.RunOne(number);
            Assert.True(failure is null, failure);
            if (number % 100_000 == 99_999)
                Console.WriteLine($"{number + 1} programs, {fuzzer.ExecutedPrograms} runs, {Stopwatch.GetElapsedTime(start)}");
        }

        string endings = string.Join(", ", fuzzer.Endings.Select(ending => $"{ending.Key} {ending.Value}"));
        output.WriteLine($"seed {seed}: {programs} programs, {fuzzer.ExecutedPrograms} runs in {Stopwatch.GetElapsedTime(start)}: {endings}");
        Console.WriteLine($"seed {seed}: {programs} programs, {fuzzer.ExecutedPrograms} runs in {Stopwatch.GetElapsedTime(start)}: {endings}");
        IEnumerable<string> missing = Dialect.All.SelectMany(dialect => dialect.Entries
            .Where(entry => !fuzzer.Emitted.Contains((dialect.Name, entry.Mnemonic, entry.Opcode)))
            .Select(entry => $"{dialect} {entry.Mnemonic} {entry.Opcode:x2}"));
        Assert.True(programs < DefaultPrograms || !missing.Any(), $"never made: {string.Join(", ", missing)}");
    }

    private static ulong Setting(string name, ulong otherwise) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : otherwise;
}
