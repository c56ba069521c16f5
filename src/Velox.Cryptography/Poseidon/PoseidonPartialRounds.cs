namespace Velox.Cryptography;

/// <summary>The partial rounds with 2 width - 1 products each for their matrix, not width^2.</summary>
/// <remarks>
/// <para>
/// Elements but the first pass through a partial round's power unchanged. So what is added to them may be added after the matrix
/// instead, multiplied by it, where it joins the next round's constants; what goes out of the last partial round joins the next
/// full one's. And so a matrix diag(1, D) may be applied after the power instead of before (appendix B of the paper): with
/// M = [[m, row], [column, H]] the matrix of round i, counted from 0, is M diag(1, H^i) = diag(1, H^(i + 1)) S, where
/// S = [[m, row H^i], [H^-(i + 1) column, 1]] has few numbers that are not 0 or 1, and the left one goes on to the next round.
/// </para>
/// </remarks>
internal sealed class PoseidonPartialRounds
{
    internal PoseidonPartialRounds(PoseidonParameters parameters, int width)
    {
        Width = width;
        Count = parameters.PartialRounds;
        Corner = parameters.Matrix[0];
        Constants = new Bn254Scalar[Count];
        NextConstants = MoveConstants(parameters, width, Constants);

        Bn254Scalar[] inner = SquareMatrix.RemoveFirst(parameters.Matrix, width);
        Bn254Scalar[] inverse = SquareMatrix.Invert(inner, width - 1);
        Rows = new Bn254Scalar[Count * (width - 1)];
        Columns = new Bn254Scalar[Count * (width - 1)];
        Bn254Scalar[] row = parameters.Matrix[1..width];
        var column = new Bn254Scalar[width - 1];
        for (int i = 0; i < column.Length; i++)
            column[i] = parameters.Matrix[(i + 1) * width];

        LastMatrix = SquareMatrix.Raise(inner, Count, width - 1);
        for (int round = 0; round < Count; round++)
        {
            column = SquareMatrix.Multiply(inverse, column);
            row.CopyTo(Rows, round * row.Length);
            column.CopyTo(Columns, round * column.Length);
            row = SquareMatrix.MultiplyRow(row, inner);
        }
    }

    internal int Width { get; }

    /// <summary>Partial rounds.</summary>
    internal int Count { get; }

    /// <summary>The matrix's number at the first row and column.</summary>
    internal Bn254Scalar Corner { get; }

    /// <summary>What is added to the first element at the beginning of each round.</summary>
    internal Bn254Scalar[] Constants { get; }

    /// <summary>The constants of the full round that comes after.</summary>
    internal Bn254Scalar[] NextConstants { get; }

    /// <summary>For each round what the other elements are multiplied by for the first one.</summary>
    internal Bn254Scalar[] Rows { get; }

    /// <summary>For each round what the first element is multiplied by for each other one.</summary>
    internal Bn254Scalar[] Columns { get; }

    /// <summary>What the elements but the first are multiplied by after the last round.</summary>
    internal Bn254Scalar[] LastMatrix { get; }

    /// <summary>All partial rounds.</summary>
    internal void Apply(Span<Bn254Scalar> state)
    {
        Span<Bn254Scalar> others = state[1..];
        for (int round = 0; round < Count; round++)
        {
            Bn254Scalar first = PoseidonPermutation.RaiseToFive(state[0] + Constants[round]);
            ReadOnlySpan<Bn254Scalar> row = Rows.AsSpan(round * others.Length, others.Length);
            ReadOnlySpan<Bn254Scalar> column = Columns.AsSpan(round * others.Length, others.Length);
            state[0] = (Corner * first) + PoseidonPermutation.InnerProduct(row, others);
            for (int i = 0; i < others.Length; i++)
                others[i] += column[i] * first;
        }

        PoseidonPermutation.MultiplyByMatrix(others, LastMatrix);
    }

    /// <summary>Leaves the constant of the first element to each round and returns those of the full round after them.</summary>
    private static Bn254Scalar[] MoveConstants(PoseidonParameters parameters, int width, Bn254Scalar[] constants)
    {
        int start = PoseidonParameters.FullRounds / 2 * width;
        Bn254Scalar[] current = parameters.RoundConstants[start..(start + width)];
        for (int round = 0; round < constants.Length; round++)
        {
            start += width;
            constants[round] = current[0];
            current[0] = default;
            current = SquareMatrix.Multiply(parameters.Matrix, current);
            for (int i = 0; i < width; i++)
                current[i] += parameters.RoundConstants[start + i];
        }

        return current;
    }
}
