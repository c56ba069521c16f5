using Velox.Cryptography;
using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Stage 1 in batches handed in ahead, by several workers, beside one transaction at a time.</summary>
public sealed class VerificationQueueTests
{
    // Several runs of 64 for each worker, with borders inside transactions.
    private const int TransactionCount = 330;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Batches_get_the_verdicts_and_hashes_of_one_by_one(int workers)
    {
        var queue = new VerificationQueue(workers);
        using var team = new WorkerTeam(workers, queue);
        byte[][][] bytes = [.. Enumerable.Range(0, 6).Select(seed => RandomTransactions(new Random(seed), TransactionCount - (50 * seed)))];
        InFlightTransaction[][] batches = [.. bytes.Select(NewBatch)];
        foreach (InFlightTransaction[] batch in batches)
        {
            Assert.True(queue.TrySubmit(batch, checksSignatures: true));
            team.Wake();
        }

        for (int i = 0; i < batches.Length; i++)
        {
            queue.Complete(batches[i]);
            AssertVerdicts(bytes[i], batches[i], $"seed {i}");
        }

        Assert.Equal(bytes.Sum(batch => batch.Length), queue.Counters.Entered);
    }

    [Fact]
    public void Without_its_checks_a_wrong_signature_passes_and_the_rest_is_as_with_them()
    {
        byte[] wrong = Transaction(number: 1, signers: 1);
        wrong[40] ^= 1;
        var queue = new VerificationQueue(workers: 1);
        InFlightTransaction[] batch = NewBatch([Transaction(number: 1, signers: 1), wrong, []]);
        Assert.True(queue.TrySubmit(batch, checksSignatures: false));
        queue.Complete(batch);

        Assert.Equal([true, true, false], batch.Select(item => item.IsAlive));
        Assert.Equal(batch[0].Fingerprint, batch[1].Fingerprint);
    }

    [Fact]
    public void Seventeen_batches_are_one_too_many_until_the_oldest_is_taken_back()
    {
        var queue = new VerificationQueue(workers: 1);
        InFlightTransaction[][] batches =
            [.. Enumerable.Range(0, VerificationQueue.MaxBatches + 1).Select(number => NewBatch([Transaction(number, signers: 1)]))];
        foreach (InFlightTransaction[] batch in batches[..^1])
            Assert.True(queue.TrySubmit(batch, checksSignatures: true));

        Assert.False(queue.TrySubmit(batches[^1], checksSignatures: true));
        queue.Complete(batches[0]);
        Assert.True(queue.TrySubmit(batches[^1], checksSignatures: true));
        foreach (InFlightTransaction[] batch in batches[1..])
            queue.Complete(batch);
        Assert.All(batches, batch => Assert.True(batch[0].IsAlive));
    }

    [Fact]
    public void A_batch_that_is_not_the_oldest_is_an_error_and_one_never_handed_in_is_nothing()
    {
        var queue = new VerificationQueue(workers: 1);
        InFlightTransaction[] first = NewBatch([Transaction(number: 1, signers: 1)]);
        InFlightTransaction[] second = NewBatch([Transaction(number: 2, signers: 1)]);
        Assert.True(queue.TrySubmit(first, checksSignatures: true));
        Assert.True(queue.TrySubmit(second, checksSignatures: true));

        Assert.Throws<InvalidOperationException>(() => queue.Complete(second));
        queue.Complete(NewBatch([]));
        queue.Complete(first);
        queue.Complete(second);
        Assert.Equal(2, queue.Counters.Passed);
    }

    [Fact]
    public void One_bad_signature_of_three_is_enough_wherever_it_is()
    {
        for (int bad = 0; bad < 3; bad++)
        {
            byte[] bytes = Transaction(number: 1, signers: 3);
            bytes[1 + (bad * Signature.Size) + 40] ^= 1;
            InFlightTransaction[] batch = NewBatch([Transaction(2, 3), bytes, Transaction(3, 1)]);
            Run(batch);
            Assert.Equal([true, false, true], batch.Select(item => item.IsAlive));
            Assert.Equal(TransactionErrorKind.SignatureFailure, batch[1].Rejection.Kind);
        }
    }

    [Fact]
    public void A_batch_without_a_signature_to_check_ends()
    {
        Run([]);
        InFlightTransaction[] batch = NewBatch([[], [0xff], new byte[100]]);
        Run(batch);
        Assert.All(batch, item => Assert.False(item.IsAlive));
    }

    private static void AssertVerdicts(byte[][] bytes, InFlightTransaction[] batch, string context)
    {
        var kinds = new HashSet<TransactionErrorKind>();
        int alive = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            var expected = new InFlightTransaction(bytes[i]);
            VerifyStage.Verify(expected);
            Assert.True(expected.Rejection.Equals(batch[i].Rejection), $"{context}, transaction {i}: {batch[i].Rejection.Kind}");
            Assert.True(expected.WireError == batch[i].WireError, $"{context}, transaction {i}: {batch[i].WireError}");
            Assert.True(expected.Fingerprint == batch[i].Fingerprint, $"{context}, transaction {i}: fingerprint");
            Assert.True(expected.Id == batch[i].Id, $"{context}, transaction {i}: id");
            kinds.Add(expected.Rejection.Kind);
            alive += expected.IsAlive ? 1 : 0;
        }

        Assert.Contains(TransactionErrorKind.SignatureFailure, kinds);
        Assert.Contains(TransactionErrorKind.SanitizeFailure, kinds);
        Assert.InRange(alive, bytes.Length / 4, bytes.Length * 3 / 4);
    }

    private static void Run(InFlightTransaction[] batch)
    {
        var queue = new VerificationQueue(workers: 1);
        Assert.True(queue.TrySubmit(batch, checksSignatures: true));
        queue.Complete(batch);
    }

    private static InFlightTransaction[] NewBatch(byte[][] transactions) =>
        [.. transactions.Select(bytes => new InFlightTransaction(bytes))];

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
