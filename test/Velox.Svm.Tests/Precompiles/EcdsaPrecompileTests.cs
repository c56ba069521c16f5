using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Velox.Cryptography;
using Xunit;
using static Velox.Svm.Tests.PrecompileCall;

namespace Velox.Svm.Tests;

/// <summary>secp256k1 and secp256r1, with signatures of the framework's own implementation.</summary>
public sealed class EcdsaPrecompileTests
{
    private const ushort This = ushort.MaxValue;
    private static readonly byte[] Message = Encoding.UTF8.GetBytes("the message");
    private static readonly byte[] R1 = MakeR1();
    private static readonly byte[] K1 = MakeK1();

    [Fact]
    public void A_good_secp256r1_signature_passes_and_no_changed_bit_does()
    {
        Assert.Equal(InstructionError.None, VerifyR1(R1));
        for (int bit = 0; bit < 8 * R1.Length; bit++)
        {
            byte[] bad = [.. R1];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(VerifyR1(bad).IsError == (bit / 8 != 1), $"bit {bit}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("0000")]
    [InlineData("0100")]
    public void Secp256r1_refuses_a_wrong_size_or_no_signature(string hex) =>
        AssertError(PrecompileError.InvalidInstructionDataSize, VerifyR1(Convert.FromHexString(hex)));

    [Fact]
    public void Secp256r1_takes_up_to_8_signatures()
    {
        Assert.Equal(InstructionError.None, VerifyR1(Many(8)));
        AssertError(PrecompileError.InvalidInstructionDataSize, VerifyR1(Many(9)));

        static byte[] Many(int count)
        {
            int shift = 14 * (count - 1);
            byte[] entry = Words(
                (ushort)(49 + shift), This, (ushort)(16 + shift), This, (ushort)(113 + shift), (ushort)Message.Length, This);
            return [(byte)count, 0, .. Enumerable.Repeat(entry, count).SelectMany(one => one), .. R1[16..]];
        }
    }

    [Fact]
    public void Secp256r1_tells_offsets_from_range_from_key_from_equation()
    {
        byte[] bad = [.. R1];
        Words(200).CopyTo(bad, 10);
        bad.AsSpan(49, 32).Clear();
        bad[16] = 4;
        AssertError(PrecompileError.InvalidDataOffsets, VerifyR1(bad));
        Words(113).CopyTo(bad, 10);
        AssertError(PrecompileError.InvalidSignature, VerifyR1(bad));
        R1.AsSpan(49, 32).CopyTo(bad.AsSpan(49));
        AssertError(PrecompileError.InvalidPublicKey, VerifyR1(bad));
        bad[16] = (byte)(5 - R1[16]);
        AssertError(PrecompileError.InvalidSignature, VerifyR1(bad));
    }

    [Fact]
    public void A_good_secp256k1_signature_passes_and_no_changed_bit_does()
    {
        Assert.Equal(InstructionError.None, VerifyK1(K1));
        for (int bit = 0; bit < 8 * K1.Length; bit++)
        {
            byte[] bad = [.. K1];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(VerifyK1(bad).IsError, $"bit {bit}");
        }
    }

    [Fact]
    public void Secp256k1_has_its_own_errors_for_instructions_and_offsets()
    {
        AssertError(PrecompileError.InvalidInstructionDataSize, VerifyK1([]));
        AssertError(PrecompileError.InvalidInstructionDataSize, VerifyK1([0, 0]));
        AssertError(PrecompileError.InvalidInstructionDataSize, VerifyK1(K1[..11]));
        Assert.Equal(InstructionError.None, VerifyK1([0]));
        AssertError(PrecompileError.InvalidInstructionDataSize, VerifyK1(With(3, 1))); // the signature's instruction
        AssertError(PrecompileError.InvalidDataOffsets, VerifyK1(With(6, 1))); // the address's
        AssertError(PrecompileError.InvalidDataOffsets, VerifyK1(With(11, 1))); // the message's
        AssertError(PrecompileError.InvalidSignature, VerifyK1(With(2, 1))); // the signature's offset
        AssertError(PrecompileError.InvalidSignature, VerifyK1(With(5, 1)));
        AssertError(PrecompileError.InvalidSignature, VerifyK1(With(8, 1)));
        AssertError(PrecompileError.InvalidSignature, VerifyK1(With(10, 1)));
    }

    [Fact]
    public void Secp256k1_looks_at_the_range_of_r_and_s_before_the_recovery_id()
    {
        byte[] bad = With(32 + 64, 4);
        AssertError(PrecompileError.InvalidRecoveryId, VerifyK1(bad));
        bad.AsSpan(32, 32).Fill(0xFF);
        AssertError(PrecompileError.InvalidSignature, VerifyK1(bad));
        bad.AsSpan(32, 32).Clear();
        AssertError(PrecompileError.InvalidRecoveryId, VerifyK1(bad));
        bad[32 + 64] = 0;
        AssertError(PrecompileError.InvalidSignature, VerifyK1(bad));
    }

    [Fact]
    public void Any_bytes_have_a_verdict()
    {
        foreach ((byte[] good, Func<byte[], InstructionError> verify) in new (byte[], Func<byte[], InstructionError>)[]
        {
            (R1, VerifyR1), (K1, VerifyK1),
        })
        {
            TransactionFuzz.Run(
                seed: 22, rounds: 1_000,
                random =>
                {
                    byte[] data = [.. good];
                    for (int i = random.Next(1, 6); i > 0; i--)
                        data[random.Next(16)] = random.Next(3) == 0 ? (byte)255 : (byte)random.Next(4);
                    return data[..random.Next(data.Length + 1)];
                },
                data => _ = verify(data));
        }
    }

    [Fact]
    public void Only_the_three_ids_are_precompiles()
    {
        Assert.Equal(3, Precompile.All.Count);
        Assert.All(Precompile.All, precompile => Assert.Same(precompile, Precompile.Find(precompile.Id)));
        Assert.Null(Precompile.Find(ProgramIds.System));
    }

    private static InstructionError VerifyR1(byte[] data) => Verify(ProgramIds.Secp256r1Precompile, data);

    private static InstructionError VerifyK1(byte[] data) => Verify(ProgramIds.Secp256k1Precompile, data);

    private static byte[] With(int offset, byte value)
    {
        byte[] data = [.. K1];
        data[offset] = value;
        return data;
    }

    // Key (33) at 16, signature at 49, message at 113.
    private static byte[] MakeR1()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ECParameters parameters = key.ExportParameters(false);
        byte[] signature = key.SignData(Message, HashAlgorithmName.SHA256);
        var order = BigInteger.Parse(
            "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber,
            System.Globalization.CultureInfo.InvariantCulture);
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        if (s > order / 2)
        {
            byte[] low = (order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
            signature.AsSpan(32).Clear();
            low.CopyTo(signature, 64 - low.Length);
        }

        byte tag = (byte)(2 + (parameters.Q.Y![31] & 1));
        return
        [
            1, 0, .. Words(49, This, 16, This, 113, (ushort)Message.Length, This),
            tag, .. parameters.Q.X!, .. signature, .. Message,
        ];
    }

    // Address (20) at 12, signature at 32, recovery id at 96, message at 97.
    private static byte[] MakeK1()
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        ECParameters parameters = key.ExportParameters(false);
        byte[] hash = Keccak256.Hash(Message).Span.ToArray();
        byte[] signature = key.SignHash(hash);
        byte[] point = [.. parameters.Q.X!, .. parameters.Q.Y!];
        byte[] recovered = new byte[64];
        byte id = 0;
        while (Secp256k1.TryRecover(hash, id, signature, recovered) != Secp256k1RecoverError.None || !recovered.SequenceEqual(point))
            id++;
        byte[] address = Keccak256.Hash(point).Span[12..].ToArray();
        return
        [
            1, .. Words(32), 0, .. Words(12), 0, .. Words(97, (ushort)Message.Length), 0,
            .. address, .. signature, id, .. Message,
        ];
    }
}
