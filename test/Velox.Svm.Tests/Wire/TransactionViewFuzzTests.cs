using Xunit;

namespace Velox.Svm.Tests;

public sealed class TransactionViewFuzzTests
{
    private int _accepted;
    private int _refused;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void View_and_plain_parser_agree_on_damaged_transactions(int seed)
    {
        TransactionFuzz.Run(seed, 60_000, TransactionFuzz.NextMutated, AssertParsersAgree);

        // Both outcomes must be common, or the comparison says little.
        Assert.InRange(_accepted, 10_000, 50_000);
        Assert.InRange(_refused, 10_000, 50_000);
    }

    [Fact]
    public void View_and_plain_parser_agree_on_random_bytes()
    {
        TransactionFuzz.Run(
            seed: 4,
            rounds: 200_000,
            random =>
            {
                byte[] bytes = TransactionFuzz.Bytes(random, random.Next(0, 300));
                if (bytes.Length > 0)
                    bytes[0] %= 3;
                return bytes;
            },
            AssertParsersAgree);
    }

    [Fact]
    public void Valid_transactions_survive_the_round_trip()
    {
        TransactionFuzz.Run(
            seed: 5,
            rounds: 20_000,
            random => TransactionFuzz.Next(random).Serialize(),
            bytes =>
            {
                // The generator may exceed the size limit, and nothing else.
                WireError error = TransactionView.TryParse(bytes, out TransactionView view);
                Assert.Equal(bytes.Length > 1_232 ? WireError.TransactionTooLarge : WireError.None, error);
                if (error == WireError.None)
                    Assert.Equal(bytes, PlainTransaction.From(view).Serialize());
            });
    }

    [Fact]
    public void Every_truncation_of_a_valid_transaction_is_refused()
    {
        var random = new Random(6);
        for (int round = 0; round < 500; round++)
        {
            byte[] bytes = TransactionFuzz.Next(random).Serialize();
            for (int length = 0; length < bytes.Length; length++)
            {
                if (TransactionView.TryParse(bytes.AsMemory(0, length), out _) == WireError.None)
                    Assert.Fail($"Seed 6, round {round}: {length} bytes of {Convert.ToHexString(bytes)} parse.");
            }
        }
    }

    private void AssertParsersAgree(byte[] bytes)
    {
        WireError error = TransactionView.TryParse(bytes, out TransactionView view);
        PlainTransaction? expected = PlainParser.Parse(bytes);

        Assert.Equal(expected is null, error != WireError.None);
        if (expected is null)
        {
            _refused++;
            return;
        }

        _accepted++;
        Assert.Equal(expected.Describe(), PlainTransaction.From(view).Describe());
        Assert.Equal(expected.SerializeMessage(), view.Message.ToArray());
    }
}
