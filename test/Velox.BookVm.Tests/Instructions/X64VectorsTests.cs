using Iced.Intel;

namespace Velox.BookVm.Tests;

/// <summary>What <see cref="X64Vectors"/> writes, read back by another decoder.</summary>
public class X64VectorsTests
{
    [Fact]
    public void Another_decoder_reads_what_was_meant()
    {
        Span<byte> buffer = stackalloc byte[512];
        var code = new X64Vectors(buffer);
        code.ToVector(13, 10);
        code.FromVector(9, 14);
        code.Broadcast(9, 3);
        code.Ones(8);
        code.ShiftLeft(8, 63);
        code.Xor(9, 1, 8);
        code.XorWithMemory(7, 8, -128);
        code.XorWithMemory(12, 8, 96);
        code.Greater(7, 7, 9);
        code.EvenParts(0, 9, 1);
        code.Pack32(4, 4, 14);
        code.Pack16(0, 12, 4);
        code.UpperHalf(1, 8);
        code.WithUpperHalf(8, 0, 2);
        code.InterleaveLow(0, 0, 9);
        code.InterleaveHigh(10, 0, 1);
        code.MoveMask(9, 12);
        code.ZeroUpper();
        code.Move(2, 15);
        code.Add(8, 1);
        code.Clear(9);
        code.Not32(10);
        code.Compare(1, 9);
        code.ShiftRegisterLeft(11, 3);
        code.SubtractImmediate(1, -128);
        code.CountBits32(9, 3);
        code.Store32AtRdx(9);
        code.JumpBackIfBelow(0);

        string[] expected =
        [
            "vmovq xmm13,r10", "vmovq r9,xmm14", "vpbroadcastq ymm9,xmm3", "vpcmpeqd ymm8,ymm8,ymm8", "vpsllq ymm8,ymm8,63",
            "vpxor ymm9,ymm1,ymm8", "vpxor ymm7,ymm8,[rcx-128]", "vpxor ymm12,ymm8,[rcx+96]", "vpcmpgtq ymm7,ymm7,ymm9",
            "vshufps ymm0,ymm9,ymm1,-120", "vpackssdw ymm4,ymm4,ymm14", "vpacksswb ymm0,ymm12,ymm4", "vextracti128 xmm1,ymm8,1",
            "vinserti128 ymm8,ymm0,xmm2,1", "vpunpcklwd xmm0,xmm0,xmm9", "vpunpckhwd xmm10,xmm0,xmm1", "vpmovmskb r9d,ymm12",
            "vzeroupper", "mov rdx,r15", "add r8,rcx", "xor r9d,r9d", "not r10d", "cmp rcx,r9", "shl r11,3", "sub rcx,-128",
            "popcnt r9d,ebx", "mov [rdx],r9d", "jb near 0",
        ];
        Assert.Equal(expected, Decode(code.Written.ToArray()));
    }

    private static string[] Decode(byte[] bytes)
    {
        var decoder = Iced.Intel.Decoder.Create(64, new ByteArrayCodeReader(bytes), ip: 0);
        var formatter = new NasmFormatter();
        formatter.Options.NumberBase = NumberBase.Decimal;
        formatter.Options.SignedImmediateOperands = true;
        var output = new StringOutput();
        var lines = new List<string>();
        while (decoder.IP < (ulong)bytes.Length)
        {
            Instruction instruction = decoder.Decode();
            formatter.Format(in instruction, output);
            lines.Add(output.ToStringAndReset());
        }

        return [.. lines];
    }
}
