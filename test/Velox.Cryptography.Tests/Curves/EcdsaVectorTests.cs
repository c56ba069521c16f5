using System.Numerics;
using System.Security.Cryptography;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class EcdsaVectorTests
{
    private static readonly string[] Messages = ["sample", "test"];

    /// <summary>go-ethereum, crypto/secp256k1/secp256_test.go: the hash, the signature with id 1, the key.</summary>
    [Fact]
    public void The_recovery_of_Ethereum_is_reproduced()
    {
        byte[] hash = Convert.FromHexString("ce0677bb30baa8cf067c88db9811f4333d131bf8bcf12fe7065d211dce971008");
        byte[] signature = Convert.FromHexString(
            "90f27b8b488db00b00606796d2987f6a5f59ae62ea05effe84fef5b8b0e54998" +
            "4a691139ad57a3f0b906637673aa2f63d1f55cb1a69199d4009eea23ceaddc93");
        byte[] expected = Convert.FromHexString(
            "e32df42865e97135acfb65f3bae71bdc86f4d49150ad6a440b6f15878109880a" +
            "0a2b2667f7e725ceea70c673093bf67663e0312623c8e091b13cf2c0f11ef652");
        byte[] key = new byte[64];
        Assert.Equal(Secp256k1RecoverError.None, Secp256k1.TryRecover(hash, 1, signature, key));
        Assert.Equal(expected, key);
        Assert.True(Secp256k1.Verify(hash, signature, key));
        Assert.Equal(Secp256k1RecoverError.None, Secp256k1.TryRecover(hash, 0, signature, key));
        Assert.NotEqual(expected, key);
    }

    /// <summary>Test vectors of Bitcoin's wallets for nonces by RFC 6979 with SHA-256: secret, message, r, s.</summary>
    [Theory]
    [InlineData(
        "0000000000000000000000000000000000000000000000000000000000000001", "Satoshi Nakamoto",
        "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8",
        "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5")]
    [InlineData(
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", "Satoshi Nakamoto",
        "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0",
        "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5")]
    public void The_signatures_of_Bitcoin_hold(string secret, string message, string r, string s)
    {
        byte[] key = PlainCurve.Secp256k1.Multiply(PlainCurve.Number(secret), PlainCurve.Secp256k1.Generator)!.ToBytes();
        byte[] hash = SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(message));
        Assert.True(Secp256k1.Verify(hash, Convert.FromHexString(r + s), key));
    }

    /// <summary>RFC 6979, A.2.5, P-256 with SHA-256: of "sample" the s is in the upper half.</summary>
    [Fact]
    public void The_signatures_of_RFC_6979_hold_on_P256_where_s_is_low()
    {
        byte[] key = Convert.FromHexString("0360FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6");
        string[] signatures =
        [
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716" +
            "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
            "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367" +
            "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
        ];
        for (int i = 0; i < signatures.Length; i++)
        {
            byte[] signature = Convert.FromHexString(signatures[i]);
            byte[] message = System.Text.Encoding.ASCII.GetBytes(Messages[i]);
            BigInteger s = PlainCurve.Number(signature.AsSpan(32));
            bool isLow = s <= PlainCurve.Secp256r1.Order / 2;
            Assert.Equal(i == 1, isLow);
            Assert.Equal(isLow ? Secp256r1Result.Valid : Secp256r1Result.InvalidSignature, Secp256r1.Verify(key, signature, message));
            PlainCurve.Bytes(PlainCurve.Secp256r1.Order - s).CopyTo(signature, 32);
            Assert.Equal(isLow ? Secp256r1Result.InvalidSignature : Secp256r1Result.Valid, Secp256r1.Verify(key, signature, message));
        }
    }
}
