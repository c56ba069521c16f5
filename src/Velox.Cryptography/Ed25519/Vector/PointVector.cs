using System.Runtime.CompilerServices;
using Field = Velox.Cryptography.FieldLanes<Velox.Cryptography.DoubleLanes4>;

namespace Velox.Cryptography;

/// <summary>One point, a coordinate in each lane: X, Y, Z, T of <see cref="EdwardsPoint"/>, all reduced.</summary>
/// <remarks>
/// The four products that end an addition or a doubling do not depend on each other, so one vector multiplication does them
/// (Hisil, Wong, Carter, Dawson, "Twisted Edwards curves revisited", section 4.2).
/// </remarks>
[SkipLocalsInit]
internal struct PointVector
{
    internal Field Coordinates;

    internal static PointVector Identity
    {
        get
        {
            PointVector point = default;
            point.Coordinates.Limb0 = DoubleLanes4.Create(0, 1, 1, 0);
            return point;
        }
    }

    /// <param name="point">X, Y, Z and T.</param>
    internal static unsafe PointVector From(in EdwardsPoint point)
    {
        // Lane by lane in this frame, which does not move.
        PointVector vector;
        Field.Write(&vector.Coordinates, 0, point.X);
        Field.Write(&vector.Coordinates, 1, point.Y);
        Field.Write(&vector.Coordinates, 2, point.Z);
        Field.Write(&vector.Coordinates, 3, point.T);
        return vector;
    }

    /// <summary>Doubles the point in place: one vector square and one vector product.</summary>
    internal void Double()
    {
        WithSum(ref Coordinates, out Field squares);
        Field.Square(in squares, out squares);
        DoublingTerms(ref squares);
        Complete(in squares);
    }

    /// <summary>Adds a prepared point: two vector products.</summary>
    internal void Add(in CachedVector point)
    {
        Field products;
        products.Limb0 = DifferenceAndSum(Coordinates.Limb0);
        products.Limb1 = DifferenceAndSum(Coordinates.Limb1);
        products.Limb2 = DifferenceAndSum(Coordinates.Limb2);
        products.Limb3 = DifferenceAndSum(Coordinates.Limb3);
        products.Limb4 = DifferenceAndSum(Coordinates.Limb4);
        Field.Multiply(in products, in point.Terms, out products);
        AdditionTerms(ref products);
        Complete(in products);
    }

    /// <summary>The point prepared for additions.</summary>
    internal readonly void ToCached(out CachedVector cached)
    {
        Field factors = Field.Broadcast(FieldElement.One);
        Field terms;
        terms.Limb0 = DifferenceAndSum(Coordinates.Limb0);
        terms.Limb1 = DifferenceAndSum(Coordinates.Limb1);
        terms.Limb2 = DifferenceAndSum(Coordinates.Limb2);
        terms.Limb3 = DifferenceAndSum(Coordinates.Limb3);
        terms.Limb4 = DifferenceAndSum(Coordinates.Limb4);
        CachedVector.Factors(ref factors);
        Field.Multiply(in terms, in factors, out cached.Terms);
    }

    /// <summary>X3, Y3, Z3, T3 = E F, G H, F G, E H from the lanes E, F, G, H, reduced.</summary>
    private void Complete(in Field terms)
    {
        Field left, right;
        left.Limb0 = DoubleLanes4.Permute(terms.Limb0, 0, 2, 1, 0);
        left.Limb1 = DoubleLanes4.Permute(terms.Limb1, 0, 2, 1, 0);
        left.Limb2 = DoubleLanes4.Permute(terms.Limb2, 0, 2, 1, 0);
        left.Limb3 = DoubleLanes4.Permute(terms.Limb3, 0, 2, 1, 0);
        left.Limb4 = DoubleLanes4.Permute(terms.Limb4, 0, 2, 1, 0);
        right.Limb0 = DoubleLanes4.Permute(terms.Limb0, 1, 3, 2, 3);
        right.Limb1 = DoubleLanes4.Permute(terms.Limb1, 1, 3, 2, 3);
        right.Limb2 = DoubleLanes4.Permute(terms.Limb2, 1, 3, 2, 3);
        right.Limb3 = DoubleLanes4.Permute(terms.Limb3, 1, 3, 2, 3);
        right.Limb4 = DoubleLanes4.Permute(terms.Limb4, 1, 3, 2, 3);
        Field.Multiply(in left, in right, out Coordinates);
    }

    /// <summary>X, Y, Z, X + Y, reduced.</summary>
    private static void WithSum(ref Field coordinates, out Field operands)
    {
        operands.Limb0 = WithSum(coordinates.Limb0);
        operands.Limb1 = WithSum(coordinates.Limb1);
        operands.Limb2 = WithSum(coordinates.Limb2);
        operands.Limb3 = WithSum(coordinates.Limb3);
        operands.Limb4 = WithSum(coordinates.Limb4);
        Field.Carry(in operands, out operands);
    }

    /// <summary>X, Y, Z, X + Y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DoubleLanes4 WithSum(DoubleLanes4 limb) => DoubleLanes4.MultiplyAdd(
        DoubleLanes4.Permute(limb, 0, 0, 0, 1), DoubleLanes4.Create(0, 0, 0, 1), DoubleLanes4.Permute(limb, 0, 1, 2, 0));

    /// <summary>Y - X, Y + X, Z, T.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DoubleLanes4 DifferenceAndSum(DoubleLanes4 limb) => DoubleLanes4.MultiplyAdd(
        DoubleLanes4.Permute(limb, 0, 0, 0, 0), DoubleLanes4.Create(-1, 1, 0, 0), DoubleLanes4.Permute(limb, 1, 1, 2, 3));

    /// <summary>From XX, YY, ZZ and (X + Y)^2 to E, F, G, H.</summary>
    private static void DoublingTerms(ref Field squares)
    {
        squares.Limb0 = DoublingTerms(squares.Limb0);
        squares.Limb1 = DoublingTerms(squares.Limb1);
        squares.Limb2 = DoublingTerms(squares.Limb2);
        squares.Limb3 = DoublingTerms(squares.Limb3);
        squares.Limb4 = DoublingTerms(squares.Limb4);
        Field.Carry(in squares, out squares);
    }

    /// <summary>E = SS - XX - YY, F = YY - XX - 2 ZZ, G = YY - XX, H = -XX - YY.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DoubleLanes4 DoublingTerms(DoubleLanes4 limb)
    {
        DoubleLanes4 xx = DoubleLanes4.Permute(limb, 0, 0, 0, 0);
        DoubleLanes4 yy = DoubleLanes4.Permute(limb, 1, 1, 1, 1);
        DoubleLanes4 rest = DoubleLanes4.Permute(limb, 3, 2, 2, 2);
        DoubleLanes4 both = (yy * DoubleLanes4.Create(-1, 1, 1, -1)) - xx;
        return DoubleLanes4.MultiplyAdd(rest, DoubleLanes4.Create(1, -2, 0, 0), both);
    }

    /// <summary>From A, B, D, C to E = B - A, F = D - C, G = D + C, H = B + A.</summary>
    private static void AdditionTerms(ref Field products)
    {
        products.Limb0 = AdditionTerms(products.Limb0);
        products.Limb1 = AdditionTerms(products.Limb1);
        products.Limb2 = AdditionTerms(products.Limb2);
        products.Limb3 = AdditionTerms(products.Limb3);
        products.Limb4 = AdditionTerms(products.Limb4);
        Field.Carry(in products, out products);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DoubleLanes4 AdditionTerms(DoubleLanes4 limb) => DoubleLanes4.MultiplyAdd(
        DoubleLanes4.Permute(limb, 0, 3, 3, 0), DoubleLanes4.Create(-1, -1, 1, 1), DoubleLanes4.Permute(limb, 1, 2, 2, 1));
}
