using System.Numerics;
using Xunit;

namespace Velox.Primitives.Tests;

public class Base58ValueTests
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    [Theory]
    [InlineData("11111111111111111111111111111111", "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(
        "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
        "06ddf6e1d765a193d9cbe146ceeb79ac1cb485ed5f5b37913a8cf5857eff00a9")]
    [InlineData(
        "JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFG",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void Known_text_and_bytes_of_32_belong_together(string text, string hexadecimal)
    {
        byte[] bytes = Convert.FromHexString(hexadecimal);

        Assert.Equal(bytes, Address.Parse(text).Span.ToArray());
        Assert.Equal(text, new Address(bytes).ToString());
        Assert.Equal(bytes, Hash256.Parse(text).Span.ToArray());
        Assert.Equal(text, new Hash256(bytes).ToString());
    }

    [Fact]
    public void Random_values_survive_text_and_agree_with_big_integer_arithmetic()
    {
        const int Seed = 58;
        var random = new Random(Seed);
        for (int i = 0; i < 3_000; i++)
        {
            byte[] bytes = RandomBytes(random, 64);
            var address = new Address(bytes.AsSpan(0, 32));
            var signature = new Signature(bytes);

            Assert.Equal(PlainBase58(bytes.AsSpan(0, 32)), address.ToString());
            Assert.Equal(PlainBase58(bytes), signature.ToString());
            Assert.Equal(address, Address.Parse(address.ToString()));
            Assert.True(Signature.TryParse(signature.ToString(), out Signature parsed), $"seed {Seed}, round {i}");
            Assert.Equal(signature, parsed);
            Assert.Equal(bytes, parsed.Span.ToArray());
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1111111111111111111111111111111")] // 31 bytes
    [InlineData("111111111111111111111111111111111")] // 33 bytes
    [InlineData("JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFH")] // 2^256: one too large
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("0okenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")] // 0 is no digit
    [InlineData("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5Dl")] // l is no digit
    [InlineData(" TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")]
    [InlineData("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA\n")]
    [InlineData("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5D\u0141")] // low byte of this letter is 'A'
    public void Text_that_is_not_32_bytes_of_base58_is_refused(string? text)
    {
        Assert.False(Address.TryParse(text, out Address address));
        Assert.True(address.IsZero);
        Assert.False(Hash256.TryParse(text, out Hash256 hash));
        Assert.True(hash.IsZero);
        Assert.False(Signature.TryParse(text, out _));
    }

    [Fact]
    public void Refused_text_is_named_in_the_error()
    {
        var addressError = Assert.Throws<FormatException>(() => Address.Parse("nonsense!"));
        var hashError = Assert.Throws<FormatException>(() => Hash256.Parse("nonsense!"));
        Assert.Contains("nonsense!", addressError.Message, StringComparison.Ordinal);
        Assert.Contains("nonsense!", hashError.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_text_is_parsed_exactly_when_it_is_the_text_of_a_value()
    {
        const int Seed = 44;
        var random = new Random(Seed);
        int accepted = 0;
        for (int i = 0; i < 30_000; i++)
        {
            char[] letters = new char[random.Next(90)];
            for (int j = 0; j < letters.Length; j++)
                letters[j] = random.Next(2_000) == 0 ? AnyCharacter() : Alphabet[random.Next(58)];
            string text = new(letters);

            if (Address.TryParse(text, out Address address))
            {
                accepted++;
                Assert.True(text == address.ToString(), $"seed {Seed}, round {i}: {text}");
            }

            if (Signature.TryParse(text, out Signature signature))
                Assert.True(text == signature.ToString(), $"seed {Seed}, round {i}: {text}");
        }

        Assert.InRange(accepted, 100, 30_000);

        char AnyCharacter() => (char)random.Next(random.Next(2) == 0 ? 256 : char.MaxValue + 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(63)]
    [InlineData(65)]
    public void Byte_strings_of_another_length_are_refused(int length)
    {
        byte[] bytes = new byte[length];
        Assert.Throws<ArgumentException>(() => new Address(bytes));
        Assert.Throws<ArgumentException>(() => new Hash256(bytes));
        Assert.Throws<ArgumentException>(() => new Signature(bytes));
    }

    [Fact]
    public void Addresses_are_ordered_as_byte_strings()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] left = RandomBytes(random, 32);
            byte[] right = (byte[])left.Clone();
            for (int changes = random.Next(3); changes > 0; changes--)
                right[random.Next(32)] = (byte)random.Next(256);

            int expected = Math.Sign(PlainCompare(left, right));
            Address a = new(left), b = new(right);
            string context = $"seed {Seed}, round {i}";
            Assert.True(expected == Math.Sign(a.CompareTo(b)), context);
            Assert.True(expected < 0 == a < b && expected > 0 == a > b, context);
            Assert.True(expected <= 0 == a <= b && expected >= 0 == a >= b, context);
            Assert.True(expected == 0 == (a == b) && expected != 0 == (a != b), context);
            Assert.True(a.Equals((object)b) == (a == b), context);
        }
    }

    [Fact]
    public void Values_that_differ_in_one_bit_are_different_and_equal_ones_hash_alike()
    {
        byte[] bytes = RandomBytes(new Random(3), 64);
        for (int bit = 0; bit < 512; bit++)
        {
            byte[] other = (byte[])bytes.Clone();
            other[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(new Signature(bytes) != new Signature(other));
            if (bit < 256)
            {
                Assert.True(new Address(bytes.AsSpan(0, 32)) != new Address(other.AsSpan(0, 32)));
                Assert.True(new Hash256(bytes.AsSpan(0, 32)) != new Hash256(other.AsSpan(0, 32)));
            }
        }

        Assert.Equal(new Signature(bytes).GetHashCode(), new Signature(bytes).GetHashCode());
        Assert.Equal(new Address(bytes.AsSpan(0, 32)).GetHashCode(), new Address(bytes.AsSpan(0, 32)).GetHashCode());
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        bytes.AsSpan(0, random.Next(4)).Clear(); // leading zeros have a rule of their own in Base58
        return bytes;
    }

    private static int PlainCompare(byte[] left, byte[] right)
    {
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i])
                return left[i].CompareTo(right[i]);
        }

        return 0;
    }

    private static string PlainBase58(ReadOnlySpan<byte> bytes)
    {
        string digits = "";
        for (var value = new BigInteger(bytes, isUnsigned: true, isBigEndian: true); value > 0; value /= 58)
            digits = Alphabet[(int)(value % 58)] + digits;
        int zeros = bytes.IndexOfAnyExcept((byte)0);
        return new string('1', zeros < 0 ? bytes.Length : zeros) + digits;
    }
}
