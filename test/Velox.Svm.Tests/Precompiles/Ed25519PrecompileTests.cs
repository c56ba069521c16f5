using System.Text;
using Velox.Cryptography;
using Xunit;
using static Velox.Svm.Tests.PrecompileCall;

namespace Velox.Svm.Tests;

public sealed class Ed25519PrecompileTests
{
    private const ushort This = ushort.MaxValue;
    private static readonly Keypair Signer = TestKeys.Pair(9);
    private static readonly byte[] Message = Encoding.UTF8.GetBytes("the message");

    // Key at 16, signature at 48, message at 112.
    private static readonly byte[] Good =
    [
        1, 0, .. Words(48, This, 16, This, 112, (ushort)Message.Length, This),
        .. Signer.PublicKey.Span, .. Signer.Sign(Message).Span, .. Message,
    ];

    [Fact]
    public void A_good_signature_passes() => Assert.Equal(InstructionError.None, Verify(Good));

    [Fact]
    public void Every_changed_bit_but_those_of_the_unread_byte_fails()
    {
        for (int bit = 0; bit < 8 * Good.Length; bit++)
        {
            byte[] bad = [.. Good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(Verify(bad).IsError == (bit / 8 != 1), $"bit {bit}");
        }
    }

    [Fact]
    public void Parts_may_lie_in_other_instructions()
    {
        byte[] data = [1, 0, .. Words(3, 1, 0, 2, 1, (ushort)Message.Length, 3)];
        byte[] signature = [9, 9, 9, .. Signer.Sign(Message).Span];

        Assert.Equal(InstructionError.None, Verify(data, signature, Signer.PublicKey.Span.ToArray(), [7, .. Message]));
        AssertError(PrecompileError.InvalidDataOffsets, Verify(data, signature, Signer.PublicKey.Span.ToArray()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("01")]
    [InlineData("000000")]
    [InlineData("01000000000000000000000000000000")]
    public void A_wrong_size_is_refused(string hex)
    {
        byte[] data = Convert.FromHexString(hex);
        AssertError(PrecompileError.InvalidInstructionDataSize, Verify(data.Length == 16 ? data[..15] : data));
    }

    [Fact]
    public void No_signature_at_all_passes() => Assert.Equal(InstructionError.None, Verify([0, 0]));

    [Theory]
    [InlineData(0, 117)] // the signature ends behind the data
    [InlineData(1, 1)] // no such instruction
    [InlineData(2, 200)]
    [InlineData(3, 1)]
    [InlineData(4, 200)]
    [InlineData(5, 12)]
    [InlineData(6, 1)]
    public void Offsets_outside_the_data_are_refused(int field, ushort value)
    {
        byte[] bad = [.. Good];
        Words(value).CopyTo(bad, 2 + (2 * field));

        AssertError(PrecompileError.InvalidDataOffsets, Verify(bad));
    }

    [Fact]
    public void Flaws_are_told_in_the_order_signature_form_key_message_equation()
    {
        // All flaws at once, then one after another is mended.
        byte[] bad = [.. Good];
        bad[48 + 63] |= 0x80;
        bad.AsSpan(16, 32).Clear();
        bad[16] = 2; // y = 2 is of no point
        Words(13).CopyTo(bad, 12);
        AssertError(PrecompileError.InvalidSignature, Verify(bad));
        bad[48 + 63] &= 0x1F;
        AssertError(PrecompileError.InvalidPublicKey, Verify(bad));
        Signer.PublicKey.Span.CopyTo(bad.AsSpan(16));
        AssertError(PrecompileError.InvalidDataOffsets, Verify(bad));
        Words((ushort)(Message.Length - 1)).CopyTo(bad, 12);
        AssertError(PrecompileError.InvalidSignature, Verify(bad));
    }

    [Fact]
    public void A_later_bad_signature_fails_the_instruction()
    {
        byte[] offsets = Words(48 + 14, This, 16 + 14, This, 112 + 14, (ushort)Message.Length, This);
        byte[] bad = [.. offsets];
        bad[10]--;
        byte[] rest = Good[16..];

        Assert.Equal(InstructionError.None, Verify([2, 0, .. offsets, .. offsets, .. rest]));
        AssertError(PrecompileError.InvalidSignature, Verify([2, 0, .. offsets, .. bad, .. rest]));
    }

    [Fact]
    public void Any_bytes_have_a_verdict() =>
        TransactionFuzz.Run(
            seed: 21, rounds: 3_000,
            random =>
            {
                byte[] data = [.. Good];
                for (int i = random.Next(1, 6); i > 0; i--)
                    data[random.Next(16)] = random.Next(3) == 0 ? (byte)255 : (byte)random.Next(4);
                return data[..random.Next(data.Length + 1)];
            },
            data => _ = Verify(data));

    private static InstructionError Verify(params byte[][] datas) =>
        PrecompileCall.Verify(ProgramIds.Ed25519Precompile, datas);
}
