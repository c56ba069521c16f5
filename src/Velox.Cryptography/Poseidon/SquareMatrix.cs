namespace Velox.Cryptography;

/// <summary>Small matrices of scalars, row after row.</summary>
internal static class SquareMatrix
{
    internal static Bn254Scalar[] Identity(int size)
    {
        var identity = new Bn254Scalar[size * size];
        for (int i = 0; i < size; i++)
            identity[(i * size) + i] = Bn254Scalar.One;
        return identity;
    }

    /// <summary>The matrix without its first row and column.</summary>
    internal static Bn254Scalar[] RemoveFirst(Bn254Scalar[] matrix, int size)
    {
        var rest = new Bn254Scalar[(size - 1) * (size - 1)];
        for (int row = 1; row < size; row++)
            Array.Copy(matrix, (row * size) + 1, rest, (row - 1) * (size - 1), size - 1);
        return rest;
    }

    /// <summary>matrix * column.</summary>
    internal static Bn254Scalar[] Multiply(Bn254Scalar[] matrix, Bn254Scalar[] column)
    {
        var product = new Bn254Scalar[column.Length];
        for (int row = 0; row < column.Length; row++)
        {
            for (int i = 0; i < column.Length; i++)
                product[row] += matrix[(row * column.Length) + i] * column[i];
        }

        return product;
    }

    /// <summary>row * matrix.</summary>
    internal static Bn254Scalar[] MultiplyRow(Bn254Scalar[] row, Bn254Scalar[] matrix)
    {
        var product = new Bn254Scalar[row.Length];
        for (int column = 0; column < row.Length; column++)
        {
            for (int i = 0; i < row.Length; i++)
                product[column] += row[i] * matrix[(i * row.Length) + column];
        }

        return product;
    }

    /// <summary>The power of an exponent that is not negative.</summary>
    internal static Bn254Scalar[] Raise(Bn254Scalar[] matrix, int exponent, int size)
    {
        Bn254Scalar[] power = Identity(size);
        for (int bit = System.Numerics.BitOperations.Log2((uint)exponent); bit >= 0; bit--)
        {
            power = Product(power, power, size);
            if (((exponent >> bit) & 1) != 0)
                power = Product(power, matrix, size);
        }

        return power;
    }

    /// <summary>The inverse by Gauss and Jordan, of a matrix none of whose leading squares is singular, as in Cauchy's.</summary>
    internal static Bn254Scalar[] Invert(Bn254Scalar[] matrix, int size)
    {
        Bn254Scalar[] rest = [.. matrix], inverse = Identity(size);
        for (int pivot = 0; pivot < size; pivot++)
        {
            Bn254Scalar scale = rest[(pivot * size) + pivot].Invert();
            for (int column = 0; column < size; column++)
            {
                rest[(pivot * size) + column] *= scale;
                inverse[(pivot * size) + column] *= scale;
            }

            for (int row = 0; row < size; row++)
            {
                Bn254Scalar factor = rest[(row * size) + pivot];
                for (int column = 0; column < size && row != pivot; column++)
                {
                    rest[(row * size) + column] -= factor * rest[(pivot * size) + column];
                    inverse[(row * size) + column] -= factor * inverse[(pivot * size) + column];
                }
            }
        }

        return inverse;
    }

    private static Bn254Scalar[] Product(Bn254Scalar[] left, Bn254Scalar[] right, int size)
    {
        var product = new Bn254Scalar[size * size];
        for (int row = 0; row < size; row++)
            MultiplyRow(left[(row * size)..((row + 1) * size)], right).CopyTo(product, row * size);
        return product;
    }
}
