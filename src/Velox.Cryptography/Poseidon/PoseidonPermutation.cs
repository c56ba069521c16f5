using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>Poseidon's state and its rounds.</summary>
[InlineArray(PoseidonParameters.MaxWidth)]
internal struct PoseidonState
{
    private Bn254Scalar _element;
}

/// <summary>The permutation of Poseidon.</summary>
internal static class PoseidonPermutation
{
    /// <summary>All rounds, on a state of as many elements as the parameters are for.</summary>
    internal static void Permute(Span<Bn254Scalar> state, PoseidonParameters parameters)
    {
        const int HalfOfFullRounds = PoseidonParameters.FullRounds / 2;
        int rounds = PoseidonParameters.FullRounds + parameters.PartialRounds;
        ReadOnlySpan<Bn254Scalar> constants = parameters.RoundConstants;
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < state.Length; i++)
                state[i] += constants[(round * state.Length) + i];

            bool isPartial = round >= HalfOfFullRounds && round < rounds - HalfOfFullRounds;
            int powers = isPartial ? 1 : state.Length;
            for (int i = 0; i < powers; i++)
                state[i] = state[i].Square().Square() * state[i];
            MultiplyByMatrix(state, parameters.Matrix);
        }
    }

    private static void MultiplyByMatrix(Span<Bn254Scalar> state, ReadOnlySpan<Bn254Scalar> matrix)
    {
        PoseidonState copy = default;
        Span<Bn254Scalar> old = copy;
        state.CopyTo(old);
        old = old[..state.Length];
        for (int row = 0; row < old.Length; row++)
            state[row] = InnerProduct(matrix.Slice(row * old.Length, old.Length), old);
    }

    private static Bn254Scalar InnerProduct(ReadOnlySpan<Bn254Scalar> left, ReadOnlySpan<Bn254Scalar> right)
    {
        Bn254Scalar sum = default;
        for (int i = 0; i < left.Length; i++)
            sum += left[i] * right[i];
        return sum;
    }
}
