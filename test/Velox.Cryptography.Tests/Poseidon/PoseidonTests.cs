using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class PoseidonTests
{
    /// <summary>The hashes of 1 to 12 inputs that are each the number one: the tests of <c>solana-poseidon</c>.</summary>
    private static readonly string[] HashesOfOnes =
    [
        "29176100eaa962bdc1fe6c654d6a3c130e96a4d1168b33848b897dc502820133",
        "007af346e2d304279e79e0a9f3023f771294a78acb70e73f90afe27cad401e81",
        "02c0066e10a72abd2b33c3b214cb3e81bcb1b6e30961cd23c202b18673bf2543",
        "082c9c370a0d24f4416fbc414a37681f78442d27d86385991c17d6fc0c4b7d71",
        "10389605ae688d4f14db853122c47d66a803c72b41589cb1bf868741b206b9bb",
        "2a73f679328c3eab724aa3e5bdbf50b39035d7729f135b9709890f85c5dc5e76",
        "2276310aa7f3343a284214139d9da959be2a31b2c708a5f81954b265e53a30b8",
        "177e1453c446e1b07d2b4233425147095c4fcabb233d230b6d46a214d95b2884",
        "0e8fee2fe49da30fdeeb48c42ebb44cc6ee7055f61fbca5e313b8a5fca834c47",
        "2ec4c65e6378ab8c7330854f4a7077c1ff9260e44885c4b81dd131ad3a86cd96",
        "00713d41eca635f117d4ecbceb5f3a66dc4142eb70b56765bc358f1bec40bb9b",
        "14390be0baef249bd47c65ddac65c2e52e8513c081c1cd72c98006098e9a8fbe",
    ];

    [Fact]
    public void Published_hashes_of_every_number_of_inputs_come_out()
    {
        for (int count = 1; count <= HashesOfOnes.Length; count++)
        {
            byte[][] ones = [.. Enumerable.Repeat(PlainCurve.Bytes(1), count)];
            AssertHash(HashesOfOnes[count - 1], ones);
        }

        byte[] first = [.. Enumerable.Repeat((byte)1, 32)], second = [.. Enumerable.Repeat((byte)2, 32)];
        AssertHash("05bface581ee6177cc19c6c56363a68882f11e8407ac639db991e0d27f1b75e6", first);
        AssertHash("0d54e1938f8a8c1c7deb5e0355f26319207b84fe9ca2ce1b26e735c829821990", first, second);
    }

    [Fact]
    public void Without_padding_short_inputs_are_their_numbers_and_with_it_they_are_refused()
    {
        foreach (ByteOrder order in Enum.GetValues<ByteOrder>())
        {
            var padded = new PoseidonHasher(order, enforcesPadding: true);
            var lenient = new PoseidonHasher(order, enforcesPadding: false);
            foreach (int length in (int[])[1, 2, 31, 32])
            {
                BigInteger number = (BigInteger.One << (8 * (length - 1))) % 1_000_003;
                byte[] full = new byte[32];
                FieldNumbers.Write(number, full, order);
                byte[] input = order == ByteOrder.BigEndian ? full[(32 - length)..] : full[..length];
                Assert.Equal(length == 32, padded.TryAppend(input));
                if (length < 32)
                    Assert.True(padded.TryAppend(full));
                Assert.True(lenient.TryAppend(input));
            }

            foreach (int length in (int[])[0, 33, 64])
            {
                Assert.False(padded.TryAppend(new byte[length]));
                Assert.False(lenient.TryAppend(new byte[length]));
            }

            byte[] expected = new byte[32], hash = new byte[32];
            Assert.True(padded.TryFinish(expected));
            Assert.True(lenient.TryFinish(hash));
            Assert.Equal(expected, hash);
        }
    }

    [Fact]
    public void Inputs_are_below_the_order_and_twelve_at_most()
    {
        foreach (ByteOrder order in Enum.GetValues<ByteOrder>())
        {
            byte[] input = new byte[32], hash = new byte[32], same = new byte[32];
            var hasher = new PoseidonHasher(order, enforcesPadding: true);
            Assert.False(hasher.TryFinish(hash));
            foreach (BigInteger refused in new[] { Bn254Scalar.Modulus, Bn254Scalar.Modulus + 1, (BigInteger.One << 256) - 1 })
            {
                FieldNumbers.Write(refused, input, order);
                Assert.False(hasher.TryAppend(input));
            }

            FieldNumbers.Write(Bn254Scalar.Modulus - 1, input, order);
            for (int i = 0; i < PoseidonHasher.MaxInputs; i++)
                Assert.True(hasher.TryAppend(input));
            Assert.True(hasher.TryFinish(hash));
            Assert.False(hasher.TryAppend(input));
            Assert.True(hasher.TryFinish(same));
            Assert.Equal(hash, same);
            Assert.Throws<ArgumentException>("hash", () => hasher.TryFinish(new byte[31]));
        }
    }

    /// <summary>The rounds as the paper writes them: constants, powers, the whole matrix.</summary>
    [Fact]
    public void Partial_rounds_in_their_cheaper_form_are_those_of_the_paper()
    {
        for (int width = 2; width <= PoseidonParameters.MaxWidth; width++)
        {
            var random = new Random(width);
            PoseidonParameters parameters = PoseidonParameters.Of(width);
            Bn254Scalar[] state = [.. Enumerable.Range(0, width).Select(_ => FieldNumbers.Random<Bn254Scalar>(random))], expected = [.. state];
            int rounds = PoseidonParameters.FullRounds + parameters.PartialRounds;
            for (int round = 0; round < rounds; round++)
            {
                bool isFull = round < 4 || round >= rounds - 4;
                for (int i = 0; i < width; i++)
                {
                    expected[i] += parameters.RoundConstants[(round * width) + i];
                    if (isFull || i == 0)
                        expected[i] = expected[i] * expected[i] * expected[i] * expected[i] * expected[i];
                }

                expected = SquareMatrix.Multiply(parameters.Matrix, expected);
            }

            PoseidonPermutation.Permute(state, parameters);
            Assert.Equal(expected, state);
        }
    }

    private static void AssertHash(string expected, params byte[][] inputs)
    {
        foreach (ByteOrder order in Enum.GetValues<ByteOrder>())
        {
            var hasher = new PoseidonHasher(order, enforcesPadding: true);
            foreach (byte[] input in inputs)
                Assert.True(hasher.TryAppend(order == ByteOrder.BigEndian ? input : [.. input.Reverse()]));
            byte[] hash = new byte[32];
            Assert.True(hasher.TryFinish(hash));
            Assert.Equal(expected, Convert.ToHexStringLower(order == ByteOrder.BigEndian ? hash : [.. hash.Reverse()]));
        }
    }
}
