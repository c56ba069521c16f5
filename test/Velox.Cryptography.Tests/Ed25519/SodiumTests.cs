using System.Globalization;
using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>Good and spoilt signatures by the strict rule and by libsodium.</summary>
/// <remarks>
/// <c>VELOX_SODIUM_SIGNATURES</c> says how many for each width, <c>VELOX_SODIUM_SEED</c> which ones.
/// </remarks>
public sealed class SodiumTests(ITestOutputHelper output)
{
    private const int DefaultCount = 3_000;
    private const int MaxBatch = 130;

    public static TheoryData<VectorWidth> Widths => [.. Enum.GetValues<VectorWidth>()];

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_strict_rule_is_that_of_libsodium(VectorWidth width)
    {
        SodiumLibrary.Require();
        long count = Number("VELOX_SODIUM_SIGNATURES", DefaultCount);
        int seed = (int)Number("VELOX_SODIUM_SEED", Random.Shared.Next());
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var batch = new Ed25519Batch(MaxBatch, Ed25519Rule.Strict, width);
        var cases = new List<SignatureCase>(MaxBatch);
        long compared = 0, accepted = 0;
        while (compared < count)
        {
            cases.Clear();
            int size = random.Next(1, MaxBatch + 1);
            for (int i = 0; i < size; i++)
            {
                SignatureCase item = SignatureCase.Any(random);
                cases.Add(item);
                Assert.True(batch.TryAdd(item.PublicKey, item.Signature, item.Message));
            }

            ReadOnlySpan<bool> verdicts = batch.Verify();
            for (int i = 0; i < size; i++)
            {
                bool expected = SodiumLibrary.Verify(cases[i]);
                Assert.True(
                    expected == verdicts[i],
                    $"seed {seed}, after {compared}, {i} of {size}: libsodium says {expected}; {Describe(cases[i])}");
                accepted += expected ? 1 : 0;
            }

            compared += size;
        }

        output.WriteLine($"{compared} signatures, {accepted} accepted, the same verdicts");
        Assert.InRange(accepted, compared / 4, compared * 3 / 4);
    }

    private static string Describe(SignatureCase item) =>
        $"{item.Name}, A {Convert.ToHexString(item.PublicKey)}, R and S {Convert.ToHexString(item.Signature)}, "
        + $"message {Convert.ToHexString(item.Message)}";

    private static long Number(string variable, long otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
