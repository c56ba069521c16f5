using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>A point in each lane, in the coordinates of <see cref="EdwardsPoint"/>, all reduced.</summary>
[SkipLocalsInit]
internal struct PointLanes<T>
    where T : unmanaged, IDoubleLanes<T>
{
    internal FieldLanes<T> X;
    internal FieldLanes<T> Y;
    internal FieldLanes<T> Z;

    /// <summary>Only an addition reads it: a doubling that is followed by one leaves it as it was.</summary>
    internal FieldLanes<T> ProductXY;

    internal void SetIdentity()
    {
        X = default;
        Y = FieldLanes<T>.Broadcast(FieldElement.One);
        Z = Y;
        ProductXY = default;
    }

    /// <summary>The point of one lane.</summary>
    internal unsafe EdwardsPoint Lane(int lane)
    {
        // The pointer does not outlive the statement.
        fixed (PointLanes<T>* point = &this)
        {
            return new EdwardsPoint(
                FieldLanes<T>.Read(&point->X, lane),
                FieldLanes<T>.Read(&point->Y, lane),
                FieldLanes<T>.Read(&point->Z, lane),
                FieldLanes<T>.Read(&point->ProductXY, lane));
        }
    }

    internal void Negate()
    {
        FieldLanes<T>.Negate(T.Broadcast(-0.0), in X, out X);
        FieldLanes<T>.Negate(T.Broadcast(-0.0), in ProductXY, out ProductXY);
    }

    /// <summary>Doubles the point in place: 3 squares and 4 products, 5 with T.</summary>
    internal void Double(bool withT)
    {
        FieldLanes<T>.Multiply(in X, in Y, out FieldLanes<T> xy);
        FieldLanes<T>.Square(in X, out FieldLanes<T> xx);
        FieldLanes<T>.Square(in Y, out FieldLanes<T> yy);
        FieldLanes<T>.Square(in Z, out FieldLanes<T> zz);
        DoublingTerms(in xx, in yy, ref xy, ref zz, out FieldLanes<T> g, out FieldLanes<T> h);
        Complete(in xy, in zz, in g, in h, withT);
    }

    /// <summary>Adds a prepared point: 7 products, 8 with T.</summary>
    internal void Add(in CachedLanes<T> point, bool withT)
    {
        FieldLanes<T>.Multiply(in Z, in point.TwiceZ, out FieldLanes<T> zz);
        AddTo(in zz, in point.YPlusX, in point.YMinusX, in point.TwiceDT, withT);
    }

    /// <summary>Adds a prepared point with Z = 1: 6 products, 7 with T.</summary>
    internal void Add(in AffineLanes<T> point, bool withT)
    {
        FieldLanes<T>.Add(in Z, in Z, out FieldLanes<T> zz);
        AddTo(in zz, in point.YPlusX, in point.YMinusX, in point.TwiceDXY, withT);
    }

    /// <summary>The point prepared for additions.</summary>
    internal readonly void ToCached(in FieldLanes<T> twiceCurveD, out CachedLanes<T> cached)
    {
        FieldLanes<T>.Add(in Y, in X, out cached.YPlusX);
        FieldLanes<T>.Carry(in cached.YPlusX, out cached.YPlusX);
        FieldLanes<T>.Subtract(in Y, in X, out cached.YMinusX);
        FieldLanes<T>.Carry(in cached.YMinusX, out cached.YMinusX);
        FieldLanes<T>.Add(in Z, in Z, out cached.TwiceZ);
        FieldLanes<T>.Multiply(in ProductXY, in twiceCurveD, out cached.TwiceDT);
    }

    private void AddTo(
        in FieldLanes<T> zz, in FieldLanes<T> yPlusX, in FieldLanes<T> yMinusX, in FieldLanes<T> twiceDT, bool withT)
    {
        FieldLanes<T>.Subtract(in Y, in X, out FieldLanes<T> difference);
        FieldLanes<T>.Multiply(in difference, in yMinusX, out FieldLanes<T> a);
        FieldLanes<T>.Add(in Y, in X, out FieldLanes<T> sum);
        FieldLanes<T>.Multiply(in sum, in yPlusX, out FieldLanes<T> b);
        FieldLanes<T>.Multiply(in ProductXY, in twiceDT, out FieldLanes<T> c);
        AdditionTerms(ref a, ref b, ref c, in zz, out FieldLanes<T> g);
        Complete(in a, in c, in g, in b, withT);
    }

    /// <summary>X = E F, Y = G H, Z = F G, T = E H: F and H are reduced, E and G sums of two.</summary>
    private void Complete(
        in FieldLanes<T> e, in FieldLanes<T> f, in FieldLanes<T> g, in FieldLanes<T> h, bool withT)
    {
        FieldLanes<T>.Multiply(in e, in f, out X);
        FieldLanes<T>.Multiply(in g, in h, out Y);
        FieldLanes<T>.Multiply(in g, in f, out Z);
        if (withT)
            FieldLanes<T>.Multiply(in e, in h, out ProductXY);
    }

    /// <summary>E = 2 XY in place of XY, F = G - 2 ZZ in place of ZZ, G = YY - XX, H = -(XX + YY).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DoublingTerms(
        in FieldLanes<T> xx, in FieldLanes<T> yy, ref FieldLanes<T> xy, ref FieldLanes<T> zz,
        out FieldLanes<T> g, out FieldLanes<T> h)
    {
        FieldLanes<T>.Add(in xy, in xy, out xy);
        FieldLanes<T>.Subtract(in yy, in xx, out g);
        FieldLanes<T>.Add(in zz, in zz, out zz);
        FieldLanes<T>.Subtract(in g, in zz, out zz);
        FieldLanes<T>.Carry(in zz, out zz);
        FieldLanes<T> none = default;
        FieldLanes<T>.Subtract(in none, in xx, out h);
        FieldLanes<T>.Subtract(in h, in yy, out h);
        FieldLanes<T>.Carry(in h, out h);
    }

    /// <summary>E = B - A in place of A, H = B + A in place of B, F = D - C in place of C, G = D + C; D is zz.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AdditionTerms(
        ref FieldLanes<T> a, ref FieldLanes<T> b, ref FieldLanes<T> c, in FieldLanes<T> zz, out FieldLanes<T> g)
    {
        FieldLanes<T>.Subtract(in b, in a, out FieldLanes<T> e);
        FieldLanes<T>.Add(in b, in a, out b);
        FieldLanes<T>.Carry(in b, out b);
        a = e;
        FieldLanes<T>.Add(in zz, in c, out g);
        FieldLanes<T>.Subtract(in zz, in c, out c);
        FieldLanes<T>.Carry(in c, out c);
    }
}

/// <summary>A point in each lane, prepared as the right operand of an addition; TwiceZ is a sum of two, the rest reduced.</summary>
internal struct CachedLanes<T>
    where T : unmanaged, IDoubleLanes<T>
{
    internal FieldLanes<T> YPlusX;
    internal FieldLanes<T> YMinusX;
    internal FieldLanes<T> TwiceZ;
    internal FieldLanes<T> TwiceDT;
}

/// <summary>A <see cref="CachedLanes{T}"/> with Z = 1, which saves one multiplication per addition.</summary>
internal struct AffineLanes<T>
    where T : unmanaged, IDoubleLanes<T>
{
    internal FieldLanes<T> YPlusX;
    internal FieldLanes<T> YMinusX;
    internal FieldLanes<T> TwiceDXY;
}
