using Velox.Cryptography;
using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Stage 1 in batches and by several workers, beside one transaction at a time.</summary>
public sealed class VerifyStageTests
{
    // Several batches of 64 signatures for each worker, with borders inside transactions.
    private const int TransactionCount = 330;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Batches_get_the_verdicts_and_hashes_of_one_by_one(int workers)
    {
        var stage = new VerifyStage(workers);
        for (int seed = 0; seed < 3; seed++)
        {
            byte[][] bytes = RandomTransactions(new Random(seed), TransactionCount - seed);
            InFlightTransaction[] batch = [.. bytes.Select(item => new InFlightTransaction(item))];
            stage.Run(batch);

            var kinds = new HashSet<TransactionErrorKind>();
            int alive = 0;
            for (int i = 0; i < bytes.Length; i++)
            {
                var expected = new InFlightTransaction(bytes[i]);
                VerifyStage.Verify(expected);
                string context = $"seed {seed}, transaction {i}";
                Assert.True(expected.Rejection.Equals(batch[i].Rejection), $"{context}: {batch[i].Rejection.Kind}");
                Assert.True(expected.WireError == batch[i].WireError, $"{context}: {batch[i].WireError}");
                Assert.True(expected.Fingerprint == batch[i].Fingerprint, $"{context}: fingerprint");
                Assert.True(expected.Id == batch[i].Id, $"{context}: id");
                kinds.Add(expected.Rejection.Kind);
                alive += expected.IsAlive ? 1 : 0;
            }

            Assert.Contains(TransactionErrorKind.SignatureFailure, kinds);
            Assert.Contains(TransactionErrorKind.SanitizeFailure, kinds);
            Assert.InRange(alive, TransactionCount / 4, TransactionCount * 3 / 4);
        }
    }

    [Fact]
    public void One_bad_signature_of_three_is_enough_wherever_it_is()
    {
        for (int bad = 0; bad < 3; bad++)
        {
            byte[] bytes = Transaction(number: 1, signers: 3);
            bytes[1 + (bad * Signature.Size) + 40] ^= 1;
            InFlightTransaction[] batch =
                [new(Transaction(2, 3)), new(bytes), new(Transaction(3, 1))];
            new VerifyStage(workers: 1).Run(batch);
            Assert.Equal([true, false, true], batch.Select(item => item.IsAlive));
            Assert.Equal(TransactionErrorKind.SignatureFailure, batch[1].Rejection.Kind);
        }
    }

    [Fact]
    public void A_run_without_a_signature_to_check_ends()
    {
        var stage = new VerifyStage(workers: 2);
        stage.Run([]);
        InFlightTransaction[] batch = [new([]), new([0xff]), new(new byte[100])];
        stage.Run(batch);
        Assert.All(batch, item => Assert.False(item.IsAlive));
    }

    private static byte[][] RandomTransactions(Random random, int count) => [.. Enumerable.Range(0, count).Select(number =>
    {
        byte[] bytes = Transaction(number, signers: random.Next(1, 4));
        switch (random.Next(8))
        {
            case 0: // any bit: of a signature, a key, the message, or of what holds them together
            case 1:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2: // a signature
                bytes[1 + random.Next(bytes[0] * Signature.Size)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 3: // cut off
                return bytes[..random.Next(bytes.Length)];
            default:
                return bytes;
        }
    })];

    /// <summary>Each signer pays a little to somebody.</summary>
    private static byte[] Transaction(int number, int signers)
    {
        Keypair[] pairs = [.. Enumerable.Range(0, signers).Select(signer => TestKeys.Pair(((number + signer) % 40) + 1))];
        var builder = new TransactionBuilder(pairs[0].PublicKey);
        foreach (Keypair pair in pairs)
            builder.Add(SystemInstructions.Transfer(pair.PublicKey, TestKeys.Stranger(number), 1_000 + (ulong)number));
        return builder.WithBlockhash(new Hash256(new byte[Hash256.Size])).Sign(pairs);
    }
}
