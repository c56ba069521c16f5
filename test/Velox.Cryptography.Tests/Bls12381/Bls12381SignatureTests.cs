using System.Numerics;
using System.Text;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Bls12381SignatureTests
{
    private static readonly byte[] Domain = Encoding.ASCII.GetBytes("BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_");

    /// <summary>RFC 9380, appendix J.10.1: x and y, their i-less parts first.</summary>
    [Theory]
    [InlineData(
        "",
        "0141ebfbdca40eb85b87142e130ab689c673cf60f1a3e98d69335266f30d9b8d4ac44c1038e9dcdd5393faf5c41fb78a",
        "05cb8437535e20ecffaef7752baddf98034139c38452458baeefab379ba13dff5bf5dd71b72418717047f5b0f37da03d",
        "0503921d7f6a12805e72940b963c0cf3471c7b2a524950ca195d11062ee75ec076daf2d4bc358c4b190c0c98064fdd92",
        "12424ac32561493f3fe3c260708a12b7c620e7be00099a974e259ddc7d1f6395c3c811cdd19f1e8dbf3e9ecfdcbab8d6")]
    [InlineData(
        "abc",
        "02c2d18e033b960562aae3cab37a27ce00d80ccd5ba4b7fe0e7a210245129dbec7780ccc7954725f4168aff2787776e6",
        "139cddbccdc5e91b9623efd38c49f81a6f83f175e80b06fc374de9eb4b41dfe4ca3a230ed250fbe3a2acf73a41177fd8",
        "1787327b68159716a37440985269cf584bcb1e621d3a7202be6ea05c4cfe244aeb197642555a0645fb87bf7466b2ba48",
        "00aa65dae3c8d732d10ecd2c50f8a1baf3001578f71c694e03866e9f3d49ac1e1ce70dd94a733534f106d4cec0eddd16")]
    public void Published_messages_are_hashed_to_their_points(string message, string x0, string x1, string y0, string y1)
    {
        byte[] domain = Encoding.ASCII.GetBytes("QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_");
        byte[] point = new byte[192];
        Bls12381.HashToG2(Encoding.ASCII.GetBytes(message), domain, ByteOrder.BigEndian, point);
        Assert.Equal(x1 + x0 + y1 + y0, Convert.ToHexStringLower(point));
        Bls12381.HashToG2(Encoding.ASCII.GetBytes(message), domain, ByteOrder.LittleEndian, point);
        Assert.Equal(Bls12381Points.Reverse(Convert.FromHexString(x1 + x0 + y1 + y0), 96), point);
    }

    [Fact]
    public void Every_hash_is_in_the_group_and_depends_on_message_and_domain()
    {
        var seen = new HashSet<string>();
        byte[] point = new byte[192];
        for (int length = 0; length < 200; length++)
        {
            Bls12381.HashToG2(new byte[length], Domain, ByteOrder.BigEndian, point);
            Assert.True(Bls12381.IsInG2(point, ByteOrder.BigEndian), $"length {length}");
            Assert.True(seen.Add(Convert.ToHexString(point)), $"length {length}");
            Bls12381.HashToG2([], new byte[length + 1], ByteOrder.BigEndian, point);
            Assert.True(Bls12381.IsInG2(point, ByteOrder.BigEndian), $"domain of {length + 1}");
            Assert.True(seen.Add(Convert.ToHexString(point)), $"domain of {length + 1}");
        }
    }

    [Fact]
    public void Only_the_holder_of_the_key_signs_a_message()
    {
        for (int seed = 0; seed < 5; seed++)
        {
            BigInteger secret = FieldNumbers.Random(new Random(seed), Bls12381Points.Order - 2) + 1;
            byte[] message = [1, 2, 3, (byte)seed], key = PublicKey(secret), signature = Sign(secret, message);
            Assert.True(Bls12381.VerifySignature(key, message, signature, Domain), $"seed {seed}");
            Assert.False(Bls12381.VerifySignature(key, [1, 2, 3], signature, Domain), $"seed {seed}");
            Assert.False(Bls12381.VerifySignature(key, message, signature, [1]), $"seed {seed}");
            Assert.False(Bls12381.VerifySignature(PublicKey(secret + 1), message, signature, Domain), $"seed {seed}");
            Assert.False(Bls12381.VerifySignature(key, message, Sign(secret + 1, message), Domain), $"seed {seed}");

            // The other point with this x.
            signature[0] ^= 0x20;
            Assert.False(Bls12381.VerifySignature(key, message, signature, Domain), $"seed {seed}");
        }
    }

    [Fact]
    public void What_is_no_point_of_its_group_verifies_nothing()
    {
        byte[] message = [7], key = PublicKey(5), signature = Sign(5, message);
        byte[] infinityKey = [0xc0, .. new byte[47]], infinitySignature = [0xc0, .. new byte[95]];
        Assert.False(Bls12381.VerifySignature(infinityKey, message, infinitySignature, Domain));
        Assert.False(Bls12381.VerifySignature(infinityKey, message, signature, Domain));
        Assert.False(Bls12381.VerifySignature(key, message, infinitySignature, Domain));
        Assert.False(Bls12381.VerifySignature(new byte[48], message, signature, Domain));
        Assert.False(Bls12381.VerifySignature(key, message, new byte[96], Domain));

        // Of no point of G1.
        byte[] outside = [0x80, .. new byte[46], 4];
        Assert.False(Bls12381.VerifySignature(outside, message, signature, Domain));
    }

    [Fact]
    public void Lengths_are_checked()
    {
        byte[] key = new byte[48], signature = new byte[96];
        Assert.Throws<ArgumentException>("compressed", () => Bls12381.VerifySignature(new byte[47], [], signature, Domain));
        Assert.Throws<ArgumentException>("compressed", () => Bls12381.VerifySignature(PublicKey(1), [], new byte[95], Domain));
        Assert.Throws<ArgumentException>("domain", () => Bls12381.VerifySignature(key, [], signature, []));
        Assert.Throws<ArgumentException>("domain", () => Bls12381.VerifySignature(key, [], signature, new byte[256]));
        Assert.Throws<ArgumentException>("domain", () => Bls12381.HashToG2([], new byte[256], ByteOrder.BigEndian, new byte[192]));
        Assert.Throws<ArgumentException>("result", () => Bls12381.HashToG2([], Domain, ByteOrder.BigEndian, new byte[191]));
    }

    private static byte[] PublicKey(BigInteger secret)
    {
        byte[] point = new byte[96], compressed = new byte[48];
        Assert.True(Bls12381.TryMultiplyG1(Scalar(secret), Bls12381Points.GeneratorG1, ByteOrder.BigEndian, point));
        Assert.True(Bls12381.TryCompressG1(point, ByteOrder.BigEndian, compressed));
        return compressed;
    }

    private static byte[] Sign(BigInteger secret, byte[] message)
    {
        byte[] point = new byte[192], compressed = new byte[96];
        Bls12381.HashToG2(message, Domain, ByteOrder.BigEndian, point);
        Assert.True(Bls12381.TryMultiplyG2(Scalar(secret), point, ByteOrder.BigEndian, point));
        Assert.True(Bls12381.TryCompressG2(point, ByteOrder.BigEndian, compressed));
        return compressed;
    }

    private static byte[] Scalar(BigInteger value)
    {
        byte[] bytes = new byte[32];
        FieldNumbers.Write(value % Bls12381Points.Order, bytes, ByteOrder.BigEndian);
        return bytes;
    }
}
