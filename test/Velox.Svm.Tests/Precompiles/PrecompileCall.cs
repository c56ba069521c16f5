using System.Buffers.Binary;
using Velox.Cryptography;
using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>An instruction of a precompile inside a transaction, and its verdict.</summary>
internal static class PrecompileCall
{
    private static readonly Keypair Payer = TestKeys.Pair(5);

    /// <summary>Verifies the first instruction's data; the others' may be referred to.</summary>
    internal static InstructionError Verify(Address program, params byte[][] datas)
    {
        Instruction[] instructions = [.. datas.Select(data => new Instruction(program, default, data))];
        Assert.Equal(WireError.None, TransactionView.TryParse(TestBank.Sign(default, instructions, Payer), out TransactionView view));
        Precompile? precompile = Precompile.Find(program);
        Assert.NotNull(precompile);
        return precompile.Verify(datas[0], in view);
    }

    internal static byte[] Words(params ushort[] words)
    {
        byte[] bytes = new byte[2 * words.Length];
        for (int i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), words[i]);
        return bytes;
    }

    internal static void AssertError(PrecompileError expected, InstructionError actual) =>
        Assert.Equal(InstructionError.Custom((uint)expected), actual);
}
