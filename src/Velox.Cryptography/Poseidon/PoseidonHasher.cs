namespace Velox.Cryptography;

/// <summary>The hash Poseidon over the field of BN254's scalars with x^5, 1 to 12 inputs: <c>sol_poseidon</c>.</summary>
/// <remarks>
/// <para>
/// The rules are those of <c>solana-poseidon</c> 4.0.0 (light-poseidon 0.4.0, and 0.2.0 where padding is not enforced). An input is
/// a number below r, the order of BN254; a refusal is the syscall's result 1. Create one for each hash, append, finish.
/// </para>
/// <para>Nothing is allocated but at the first hash of each number of inputs.</para>
/// </remarks>
public struct PoseidonHasher
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashSize = 32;

    /// <summary>Inputs of a hash at most; the syscall refuses more with an error of its own.</summary>
    public const int MaxInputs = 12;

    private readonly ByteOrder _order;
    private readonly bool _enforcesPadding;
    private PoseidonState _state;
    private int _inputCount;

    /// <summary>Starts a hash.</summary>
    /// <param name="order">Of inputs and hash.</param>
    /// <param name="enforcesPadding">
    /// True: an input has 32 bytes. False: it has 1 to 32 bytes, and zeros are added at its most significant end.
    /// </param>
    public PoseidonHasher(ByteOrder order, bool enforcesPadding)
    {
        _order = order;
        _enforcesPadding = enforcesPadding;
    }

    /// <summary>Adds an input.</summary>
    /// <param name="input">A number.</param>
    /// <returns>False if its length is wrong, it is r or more, or there are <see cref="MaxInputs"/> already.</returns>
    public bool TryAppend(ReadOnlySpan<byte> input)
    {
        bool hasLength = _enforcesPadding ? input.Length == UInt256.Size : input.Length is > 0 and <= UInt256.Size;
        if (_inputCount == MaxInputs || !hasLength)
            return false;

        Span<byte> padded = stackalloc byte[UInt256.Size];
        padded.Clear();
        input.CopyTo(_order == ByteOrder.BigEndian ? padded[(UInt256.Size - input.Length)..] : padded);
        if (!Bn254Scalar.TryRead(padded, _order, out Bn254Scalar value))
            return false;
        // The first element of the state stays zero.
        _state[++_inputCount] = value;
        return true;
    }

    /// <summary>Writes the hash of the inputs.</summary>
    /// <param name="hash">Receives 32 bytes, unless there are no inputs: then false is returned.</param>
    /// <exception cref="ArgumentException">The hash has the wrong length.</exception>
    public readonly bool TryFinish(Span<byte> hash)
    {
        SpanLength.Check(hash.Length, HashSize, nameof(hash));
        if (_inputCount == 0)
            return false;
        PoseidonState state = _state;
        int width = _inputCount + 1;
        PoseidonPermutation.Permute(((Span<Bn254Scalar>)state)[..width], PoseidonParameters.Of(width));
        state[0].Write(hash, _order);
        return true;
    }
}
