using System.Text.Json;
using Velox.Testing;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Ed25519VectorTests
{
    private const int VerdictRowCount = 1404;

    [Fact]
    public void Every_published_case_gets_the_verdict_of_dalek_verify_strict()
    {
        string[] lines = File.ReadAllLines(VectorFiles.Require("crypto/ed25519_verdicts.csv"));
        int strictColumn = Array.IndexOf(lines[0].Split(','), "dalek_strict");
        var mismatches = new List<string>();
        foreach (string line in lines.Skip(1))
        {
            string[] row = line.Split(',');
            bool expected = row[strictColumn] == "1";
            if (Ed25519.Verify(Hex(row[2]), Hex(row[3]), Hex(row[4])) != expected)
                mismatches.Add($"{row[0]} {row[1]}: expected {expected}");
        }

        Assert.Empty(mismatches);
        Assert.Equal(VerdictRowCount, lines.Length - 1);
    }

    [Fact]
    public void A_key_decompresses_whenever_any_published_rule_accepts_it()
    {
        string[] lines = File.ReadAllLines(VectorFiles.Require("crypto/ed25519_verdicts.csv"));
        int lenientColumn = Array.IndexOf(lines[0].Split(','), "py_zip215");
        int accepted = 0;
        foreach (string[] row in lines.Skip(1).Select(line => line.Split(',')).Where(row => row[lenientColumn] == "1"))
        {
            Assert.True(Ed25519.IsOnCurve(Hex(row[2])), $"{row[0]} {row[1]}: A");
            Assert.True(Ed25519.IsOnCurve(Hex(row[3]).AsSpan(0, 32)), $"{row[0]} {row[1]}: R");
            accepted++;
        }

        Assert.True(accepted > 1000);
    }

    [Fact]
    public void The_sign_vectors_of_Bernstein_are_reproduced()
    {
        string[] lines = File.ReadAllLines(VectorFiles.Require("crypto/rfc8032-djb/sign_input_128.txt"));
        foreach (string line in lines)
        {
            string[] fields = line.Split(':');
            byte[] secretAndPublic = Hex(fields[0]);
            byte[] signatureAndMessage = Hex(fields[3]);
            AssertSigns(secretAndPublic[..32], Hex(fields[1]), Hex(fields[2]), signatureAndMessage[..64]);
        }

        Assert.Equal(128, lines.Length);
    }

    [Fact]
    public void The_verify_vectors_of_RFC_8032_are_accepted()
    {
        using JsonDocument document =
            JsonDocument.Parse(File.ReadAllText(VectorFiles.Require("crypto/rfc8032-djb/rfc8032_3.json")));
        foreach (JsonElement test in document.RootElement.EnumerateArray())
            Assert.True(Ed25519.Verify(Field(test, "pk"), Field(test, "sig"), Field(test, "msg")));
        Assert.Equal(3, document.RootElement.GetArrayLength());

        static byte[] Field(JsonElement test, string name) => Hex(test.GetProperty(name).GetString()!);
    }

    /// <summary>RFC 8032, section 7.1, tests 1 and 2.</summary>
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    public void The_sign_vectors_of_RFC_8032_are_reproduced(
        string seed, string publicKey, string message, string signature) =>
        AssertSigns(Hex(seed), Hex(publicKey), Hex(message), Hex(signature));

    private static void AssertSigns(byte[] seed, byte[] publicKey, byte[] message, byte[] signature)
    {
        byte[] derived = new byte[32];
        Ed25519.DerivePublicKey(seed, derived);
        Assert.Equal(publicKey, derived);

        byte[] signed = new byte[64];
        Ed25519.Sign(message, seed, publicKey, signed);
        Assert.Equal(signature, signed);
        Assert.True(Ed25519.Verify(publicKey, signature, message));
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);
}
