using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>Poseidon's state.</summary>
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
        ReadOnlySpan<Bn254Scalar> constants = parameters.RoundConstants;
        for (int round = 0; round < HalfOfFullRounds; round++)
            ApplyFullRound(state, constants.Slice(round * state.Length, state.Length), parameters.Matrix);

        parameters.Partial.Apply(state);
        ApplyFullRound(state, parameters.Partial.NextConstants, parameters.Matrix);

        constants = constants[^((HalfOfFullRounds - 1) * state.Length)..];
        for (int round = 0; round < HalfOfFullRounds - 1; round++)
            ApplyFullRound(state, constants.Slice(round * state.Length, state.Length), parameters.Matrix);
    }

    internal static Bn254Scalar RaiseToFive(in Bn254Scalar value) => value.Square().Square() * value;

    internal static void MultiplyByMatrix(Span<Bn254Scalar> state, ReadOnlySpan<Bn254Scalar> matrix)
    {
        PoseidonState copy = default;
        Span<Bn254Scalar> old = copy;
        state.CopyTo(old);
        old = old[..state.Length];
        for (int row = 0; row < old.Length; row++)
            state[row] = InnerProduct(matrix.Slice(row * old.Length, old.Length), old);
    }

    internal static Bn254Scalar InnerProduct(ReadOnlySpan<Bn254Scalar> left, ReadOnlySpan<Bn254Scalar> right)
    {
        Bn254Scalar sum = default;
        for (int i = 0; i < left.Length; i++)
            sum += left[i] * right[i];
        return sum;
    }

    private static void ApplyFullRound(
        Span<Bn254Scalar> state, ReadOnlySpan<Bn254Scalar> constants, ReadOnlySpan<Bn254Scalar> matrix)
    {
        for (int i = 0; i < state.Length; i++)
            state[i] = RaiseToFive(state[i] + constants[i]);
        MultiplyByMatrix(state, matrix);
    }
}
