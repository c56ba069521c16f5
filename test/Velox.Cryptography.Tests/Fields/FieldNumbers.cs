using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>Numbers for tests of fields, between big integers and their elements.</summary>
internal static class FieldNumbers
{
    /// <summary>Below the modulus; the ends of the range and words of ones or zeros come often.</summary>
    internal static BigInteger Random(Random random, BigInteger modulus)
    {
        byte[] bytes = new byte[64];
        random.NextBytes(bytes);
        for (int word = 0; word < bytes.Length && random.Next(2) == 0; word += 8)
            bytes.AsSpan(8 * random.Next(8), 8).Fill(random.Next(2) == 0 ? byte.MinValue : byte.MaxValue);
        return random.Next(10) switch
        {
            0 => random.Next(4),
            1 => modulus - 1 - random.Next(4),
            2 => ((modulus - 1) / 2) + random.Next(2),
            _ => new BigInteger(bytes, isUnsigned: true) % modulus,
        };
    }

    internal static TField Random<TField>(Random random)
        where TField : struct, IPrimeField<TField> => Read<TField>(Random(random, TField.Modulus));

    internal static Fp2<TField> RandomFp2<TField>(Random random)
        where TField : struct, IPrimeField<TField> => new(Random<TField>(random), Random<TField>(random));

    internal static TField Read<TField>(BigInteger number)
        where TField : struct, IPrimeField<TField>
    {
        byte[] bytes = new byte[TField.Size];
        Write(number, bytes, ByteOrder.LittleEndian);
        Assert.True(TField.TryRead(bytes, ByteOrder.LittleEndian, out TField value));
        return value;
    }

    internal static BigInteger Value<TField>(TField value)
        where TField : struct, IPrimeField<TField>
    {
        byte[] bytes = new byte[TField.Size];
        value.Write(bytes, ByteOrder.BigEndian);
        return PlainCurve.Number(bytes);
    }

    internal static void Write(BigInteger number, Span<byte> bytes, ByteOrder order)
    {
        bytes.Clear();
        Assert.True(number.TryWriteBytes(bytes, out _, isUnsigned: true));
        if (order == ByteOrder.BigEndian)
            bytes.Reverse();
    }
}
