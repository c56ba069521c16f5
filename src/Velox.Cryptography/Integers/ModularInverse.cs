using System.Numerics;
using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>Inverses modulo an odd number, by Bernstein and Yang's division steps, 62 at a time, in variable time.</summary>
/// <remarks>
/// "Fast constant-time gcd computation and modular inversion", 2019. The steps of a group look at the lowest 62 bits of f and g
/// only and make a matrix of 2 by 2, which is then applied to f and g, and modulo the modulus to d and e. Throughout,
/// f = d x and g = e x modulo the modulus; it ends with g = 0 and f = 1 or -1.
/// </remarks>
internal sealed class ModularInverse
{
    private const int StepsPerGroup = 62;
    private const ulong Mask = (1UL << StepsPerGroup) - 1;

    private readonly Limbs _modulus;
    private readonly ulong _inverse;

    /// <param name="modulus">Odd.</param>
    /// <param name="inverse">What <see cref="InvertModuloWord"/> says of its lowest limb.</param>
    internal ModularInverse(in UInt256 modulus, ulong inverse)
    {
        _modulus = new Limbs(modulus);
        _inverse = inverse;
    }

    /// <summary>The inverse of an odd number modulo 2^64.</summary>
    internal static ulong InvertModuloWord(ulong odd)
    {
        // Right in 3 bits; each round doubles them.
        ulong inverse = odd;
        for (int bits = 3; bits < 64; bits *= 2)
            inverse *= 2 - (odd * inverse);
        return inverse;
    }

    /// <summary>The inverse of a reduced number that shares no factor with the modulus; 0 for 0.</summary>
    internal UInt256 Invert(in UInt256 x)
    {
        Limbs f = _modulus, g = new(x), d = default, e = default;
        e.Limb0 = 1;
        long eta = -1;
        while (!g.IsZero)
        {
            Matrix matrix = DivideSteps(ref eta, (ulong)f.Limb0, (ulong)g.Limb0);
            UpdateModulo(ref d, ref e, matrix);
            Update(ref f, ref g, matrix);
        }

        return Reduce(d, negate: f.IsNegative);
    }

    private static Matrix DivideSteps(ref long eta, ulong f, ulong g)
    {
        ulong u = 1, v = 0, q = 0, r = 1;
        int left = StepsPerGroup;
        while (true)
        {
            int zeros = BitOperations.TrailingZeroCount(g | (ulong.MaxValue << left));
            g >>= zeros;
            u <<= zeros;
            v <<= zeros;
            eta -= zeros;
            left -= zeros;
            if (left == 0)
                return new Matrix((long)u, (long)v, (long)q, (long)r);

            if (eta < 0)
            {
                eta = -eta;
                (f, g) = (g, 0 - f);
                (u, q) = (q, 0 - u);
                (v, r) = (r, 0 - v);
            }

            // As many bits of g are made zero at once as there are steps before f and g change places, but at most 6: so
            // many bits of -g / f the short expression gives.
            int bits = (int)Math.Min(Math.Min(eta + 1, left), 6);
            ulong multiple = f * g * ((f * f) - 2) & ((1UL << bits) - 1);
            g += f * multiple;
            q += u * multiple;
            r += v * multiple;
        }
    }

    private static void Update(ref Limbs f, ref Limbs g, in Matrix m)
    {
        Wide sumF = default, sumG = default;
        sumF.AddProducts(m.U, f.Limb0, m.V, g.Limb0);
        sumG.AddProducts(m.Q, f.Limb0, m.R, g.Limb0);
        sumF.TakeLimb();
        sumG.TakeLimb();

        sumF.AddProducts(m.U, f.Limb1, m.V, g.Limb1);
        sumG.AddProducts(m.Q, f.Limb1, m.R, g.Limb1);
        f.Limb0 = sumF.TakeLimb();
        g.Limb0 = sumG.TakeLimb();

        sumF.AddProducts(m.U, f.Limb2, m.V, g.Limb2);
        sumG.AddProducts(m.Q, f.Limb2, m.R, g.Limb2);
        f.Limb1 = sumF.TakeLimb();
        g.Limb1 = sumG.TakeLimb();

        sumF.AddProducts(m.U, f.Limb3, m.V, g.Limb3);
        sumG.AddProducts(m.Q, f.Limb3, m.R, g.Limb3);
        f.Limb2 = sumF.TakeLimb();
        g.Limb2 = sumG.TakeLimb();

        sumF.AddProducts(m.U, f.Limb4, m.V, g.Limb4);
        sumG.AddProducts(m.Q, f.Limb4, m.R, g.Limb4);
        f.Limb3 = sumF.TakeLimb();
        g.Limb3 = sumG.TakeLimb();
        f.Limb4 = (long)sumF.Low;
        g.Limb4 = (long)sumG.Low;
    }

    // d and e stay between -2 moduli and one modulus.
    private void UpdateModulo(ref Limbs d, ref Limbs e, in Matrix m)
    {
        long negativeD = d.Limb4 >> 63, negativeE = e.Limb4 >> 63;
        long multipleD = (m.U & negativeD) + (m.V & negativeE);
        long multipleE = (m.Q & negativeD) + (m.R & negativeE);

        // With these multiples of the modulus the lowest 62 bits become zero.
        Wide sumD = default, sumE = default;
        sumD.AddProducts(m.U, d.Limb0, m.V, e.Limb0);
        sumE.AddProducts(m.Q, d.Limb0, m.R, e.Limb0);
        multipleD -= (long)(((_inverse * sumD.Low) + (ulong)multipleD) & Mask);
        multipleE -= (long)(((_inverse * sumE.Low) + (ulong)multipleE) & Mask);
        sumD.AddProduct(_modulus.Limb0, multipleD);
        sumE.AddProduct(_modulus.Limb0, multipleE);
        sumD.TakeLimb();
        sumE.TakeLimb();

        AddLimbs(ref sumD, ref sumE, m, d.Limb1, e.Limb1, _modulus.Limb1, multipleD, multipleE);
        d.Limb0 = sumD.TakeLimb();
        e.Limb0 = sumE.TakeLimb();
        AddLimbs(ref sumD, ref sumE, m, d.Limb2, e.Limb2, _modulus.Limb2, multipleD, multipleE);
        d.Limb1 = sumD.TakeLimb();
        e.Limb1 = sumE.TakeLimb();
        AddLimbs(ref sumD, ref sumE, m, d.Limb3, e.Limb3, _modulus.Limb3, multipleD, multipleE);
        d.Limb2 = sumD.TakeLimb();
        e.Limb2 = sumE.TakeLimb();
        AddLimbs(ref sumD, ref sumE, m, d.Limb4, e.Limb4, _modulus.Limb4, multipleD, multipleE);
        d.Limb3 = sumD.TakeLimb();
        e.Limb3 = sumE.TakeLimb();
        d.Limb4 = (long)sumD.Low;
        e.Limb4 = (long)sumE.Low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLimbs(
        ref Wide sumD, ref Wide sumE, in Matrix m, long d, long e, long modulus, long multipleD, long multipleE)
    {
        sumD.AddProducts(m.U, d, m.V, e);
        sumE.AddProducts(m.Q, d, m.R, e);
        sumD.AddProduct(modulus, multipleD);
        sumE.AddProduct(modulus, multipleE);
    }

    private UInt256 Reduce(Limbs d, bool negate)
    {
        if (d.IsNegative)
            d.Add(_modulus);
        if (negate)
            d.Negate();
        if (d.IsNegative)
            d.Add(_modulus);
        return d.ToUInt256();
    }

    private readonly record struct Matrix(long U, long V, long Q, long R);

    /// <summary>A number of five limbs: four of 62 bits, and the highest with the sign.</summary>
    private struct Limbs
    {
        internal long Limb0;
        internal long Limb1;
        internal long Limb2;
        internal long Limb3;
        internal long Limb4;

        internal Limbs(in UInt256 value)
        {
            Limb0 = (long)(value.Limb0 & Mask);
            Limb1 = (long)(((value.Limb0 >> 62) | (value.Limb1 << 2)) & Mask);
            Limb2 = (long)(((value.Limb1 >> 60) | (value.Limb2 << 4)) & Mask);
            Limb3 = (long)(((value.Limb2 >> 58) | (value.Limb3 << 6)) & Mask);
            Limb4 = (long)(value.Limb3 >> 56);
        }

        internal readonly bool IsZero => (Limb0 | Limb1 | Limb2 | Limb3 | Limb4) == 0;

        internal readonly bool IsNegative => Limb4 < 0;

        internal void Add(in Limbs other)
        {
            Limb0 += other.Limb0;
            Limb1 += other.Limb1;
            Limb2 += other.Limb2;
            Limb3 += other.Limb3;
            Limb4 += other.Limb4;
            Carry();
        }

        internal void Negate()
        {
            Limb0 = -Limb0;
            Limb1 = -Limb1;
            Limb2 = -Limb2;
            Limb3 = -Limb3;
            Limb4 = -Limb4;
            Carry();
        }

        private void Carry()
        {
            Limb1 += Limb0 >> StepsPerGroup;
            Limb2 += Limb1 >> StepsPerGroup;
            Limb3 += Limb2 >> StepsPerGroup;
            Limb4 += Limb3 >> StepsPerGroup;
            Limb0 &= (long)Mask;
            Limb1 &= (long)Mask;
            Limb2 &= (long)Mask;
            Limb3 &= (long)Mask;
        }

        /// <summary>Of a number from 0 to 2^256.</summary>
        internal readonly UInt256 ToUInt256() => new(
            (ulong)Limb0 | ((ulong)Limb1 << 62), ((ulong)Limb1 >> 2) | ((ulong)Limb2 << 60),
            ((ulong)Limb2 >> 4) | ((ulong)Limb3 << 58), ((ulong)Limb3 >> 6) | ((ulong)Limb4 << 56));
    }

    /// <summary>A sum of products in 128 bits with a sign.</summary>
    private struct Wide
    {
        internal ulong Low;
        private long _high;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void AddProduct(long a, long b)
        {
            ulong low = (ulong)(a * b);
            _high += (long)UInt256.MultiplyHigh((ulong)a, (ulong)b) - ((a >> 63) & b) - ((b >> 63) & a);
            Low += low;
            _high += Low < low ? 1 : 0;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void AddProducts(long a, long b, long c, long d)
        {
            AddProduct(a, b);
            AddProduct(c, d);
        }

        /// <summary>The lowest 62 bits, which the sum loses.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal long TakeLimb()
        {
            long limb = (long)(Low & Mask);
            Low = (Low >> StepsPerGroup) | ((ulong)_high << (64 - StepsPerGroup));
            _high >>= StepsPerGroup;
            return limb;
        }
    }
}
