using Velox.Bpf;
using Velox.Cryptography;

namespace Velox.Svm;

/// <summary>
/// BLS12-381 (SIMD-0388): sol_curve_decompress, sol_curve_pairing_map, and its part of the syscalls for all curves. 0 is a result, 1 says
/// that an input is no point or no scalar (Agave syscalls, lib.rs).
/// </summary>
internal static class BlsSyscalls
{
    private const ulong BigEndianFlag = 0x80;
    private const ulong PairingCurve = 4;
    private const ulong G1 = 5;
    private const ulong G2 = 6;
    private const ulong Add = 0, Subtract = 1;
    private const ulong Refused = 1;

    private static readonly SyscallFault InvalidAttribute = new("InvalidAttribute");

    /// <summary>Whether a curve's number is one of these groups, in either byte order.</summary>
    internal static bool IsGroup(ulong curve) => (curve & ~BigEndianFlag) is G1 or G2;

    internal static ulong ValidatePoint(scoped in HostCall call)
    {
        bool isG1 = IsG1(call.Argument1);
        if (!call.TryConsume(isG1 ? 1_565ul : 1_968ul) || !call.TryReadBytes(call.Argument2, PointBytes(isG1), out ReadOnlySpan<byte> point))
            return 0;
        ByteOrder order = OrderOf(call.Argument1);
        return (isG1 ? Bls12381.IsInG1(point, order) : Bls12381.IsInG2(point, order)) ? 0 : Refused;
    }

    internal static ulong Combine(scoped in HostCall call)
    {
        (ulong curve, ulong operation) = (call.Argument1, call.Argument2);
        bool isG1 = IsG1(curve);
        ulong leftBytes = operation is Add or Subtract ? PointBytes(isG1) : Bls12381.ScalarSize;
        if (!call.TryConsume(UnitsOf(isG1, operation)) || !call.TryReadBytes(call.Argument3, leftBytes, out ReadOnlySpan<byte> left)
            || !call.TryReadBytes(call.Argument4, PointBytes(isG1), out ReadOnlySpan<byte> right))
        {
            return 0;
        }

        Span<byte> result = stackalloc byte[Bls12381.G2Size];
        result = result[..(int)PointBytes(isG1)];
        ByteOrder order = OrderOf(curve);
        bool isResult = (isG1, operation) switch
        {
            (true, Add) => Bls12381.TryAddG1(left, right, order, result),
            (true, Subtract) => Bls12381.TrySubtractG1(left, right, order, result),
            (true, _) => Bls12381.TryMultiplyG1(left, right, order, result),
            (_, Add) => Bls12381.TryAddG2(left, right, order, result),
            (_, Subtract) => Bls12381.TrySubtractG2(left, right, order, result),
            _ => Bls12381.TryMultiplyG2(left, right, order, result),
        };
        return isResult ? Write(in call, call.Argument5, result) : Refused;
    }

    internal static ulong Decompress(HostCall call)
    {
        ulong curve = call.Argument1;
        if (!IsGroup(curve))
            return call.Fail(InvalidAttribute);
        bool isG1 = IsG1(curve);
        int compressedBytes = isG1 ? Bls12381.G1CompressedSize : Bls12381.G2CompressedSize;
        if (!call.TryConsume(isG1 ? 2_100ul : 3_050ul)
            || !call.TryReadBytes(call.Argument2, (ulong)compressedBytes, out ReadOnlySpan<byte> compressed))
        {
            return 0;
        }

        Span<byte> point = stackalloc byte[Bls12381.G2Size];
        point = point[..(int)PointBytes(isG1)];
        bool isPoint = isG1
            ? Bls12381.TryDecompressG1(compressed, OrderOf(curve), point)
            : Bls12381.TryDecompressG2(compressed, OrderOf(curve), point);
        return isPoint ? Write(in call, call.Argument3, point) : Refused;
    }

    internal static ulong Pair(HostCall call)
    {
        (ulong curve, ulong pairs) = (call.Argument1, call.Argument2);
        if ((curve & ~BigEndianFlag) != PairingCurve)
            return call.Fail(InvalidAttribute);
        UInt128 units = 25_445 + ((UInt128)13_023 * (pairs == 0 ? 0 : pairs - 1));
        if (!call.TryConsume(units > ulong.MaxValue ? ulong.MaxValue : (ulong)units)
            || !call.TryReadMany(call.Argument3, pairs, Bls12381.G1Size, 1, out ReadOnlySpan<byte> left)
            || !call.TryReadMany(call.Argument4, pairs, Bls12381.G2Size, 1, out ReadOnlySpan<byte> right))
        {
            return 0;
        }

        Span<byte> result = stackalloc byte[Bls12381.PairingSize];
        return Bls12381.TryPair(left, right, OrderOf(curve), result) ? Write(in call, call.Argument5, result) : Refused;
    }

    private static bool IsG1(ulong curve) => (curve & ~BigEndianFlag) == G1;

    private static ByteOrder OrderOf(ulong curve) => (curve & BigEndianFlag) != 0 ? ByteOrder.BigEndian : ByteOrder.LittleEndian;

    private static ulong PointBytes(bool isG1) => (ulong)(isG1 ? Bls12381.G1Size : Bls12381.G2Size);

    private static ulong UnitsOf(bool isG1, ulong operation) => (isG1, operation) switch
    {
        (true, Add) => 128,
        (true, Subtract) => 129,
        (true, _) => 4_627,
        (_, Add) => 203,
        (_, Subtract) => 204,
        _ => 8_255,
    };

    private static ulong Write(scoped in HostCall call, ulong address, ReadOnlySpan<byte> result)
    {
        if (call.TryWriteBytes(address, (ulong)result.Length, out Span<byte> target))
            result.CopyTo(target);
        return 0;
    }
}
