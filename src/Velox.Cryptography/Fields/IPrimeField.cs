using System.Numerics;

namespace Velox.Cryptography;

/// <summary>The integers modulo a prime that is 3 modulo 4.</summary>
internal interface IPrimeField<TSelf> : IField<TSelf>
    where TSelf : struct, IPrimeField<TSelf>
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Size { get; }

    static abstract BigInteger Modulus { get; }

    /// <summary>left + right, not reduced: for nothing but a factor of a product, the other one being reduced or such a sum.</summary>
    static abstract TSelf AddUnreduced(in TSelf left, in TSelf right);

    /// <summary>Reads <see cref="Size"/> bytes; false if the number is not below the modulus.</summary>
    static abstract bool TryRead(ReadOnlySpan<byte> bytes, ByteOrder order, out TSelf value);

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    void Write(Span<byte> bytes, ByteOrder order);
}
