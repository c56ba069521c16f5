using Velox.Bpf;
using Velox.Cryptography;

namespace Velox.Svm;

/// <summary>
/// sol_curve_validate_point, sol_curve_group_op and sol_curve_multiscalar_mul, on edwards25519 and ristretto255 (Agave syscalls,
/// lib.rs). 0 is a result, 1 says that an input is no point or no scalar.
/// </summary>
internal static class CurveSyscalls
{
    private const ulong Edwards = 0;
    private const ulong Ristretto = 1;
    private const ulong Add = 0;
    private const ulong Subtract = 1;
    private const ulong Multiply = 2;

    private const int PointBytes = 32;
    private const ulong MaxPoints = 512;
    private const ulong Refused = 1;

    private static readonly SyscallFault InvalidAttribute = new("InvalidAttribute");
    private static readonly SyscallFault InvalidLength = new("InvalidLength");

    internal static ulong ValidatePoint(HostCall call)
    {
        (ulong curve, ulong address) = (call.Argument1, call.Argument2);
        if (BlsSyscalls.IsGroup(curve))
            return call.Svm().Features.EnableBls12381Syscall ? BlsSyscalls.ValidatePoint(in call) : call.Fail(InvalidAttribute);
        if (curve > Ristretto)
            return RefuseCurve(in call);
        if (!call.TryConsume(curve == Edwards ? 159ul : 169ul) || !call.TryReadBytes(address, PointBytes, out ReadOnlySpan<byte> point))
            return 0;
        bool isPoint = curve == Edwards ? Edwards25519.IsPoint(point) : Ristretto255.IsPoint(point);
        return isPoint ? 0 : Refused;
    }

    internal static ulong Combine(HostCall call)
    {
        (ulong curve, ulong operation) = (call.Argument1, call.Argument2);
        bool isBls = BlsSyscalls.IsGroup(curve);
        if (isBls && !call.Svm().Features.EnableBls12381Syscall)
            return call.Fail(InvalidAttribute);
        if ((!isBls && curve > Ristretto) || operation > Multiply)
            return RefuseCurve(in call);
        if (isBls)
            return BlsSyscalls.Combine(in call);
        if (!call.TryConsume(UnitsOf(curve, operation))
            || !call.TryReadBytes(call.Argument3, PointBytes, out ReadOnlySpan<byte> left)
            || !call.TryReadBytes(call.Argument4, PointBytes, out ReadOnlySpan<byte> right))
        {
            return 0;
        }

        Span<byte> result = stackalloc byte[PointBytes];
        bool isResult = (curve, operation) switch
        {
            (Edwards, Add) => Edwards25519.TryAdd(left, right, result),
            (Edwards, Subtract) => Edwards25519.TrySubtract(left, right, result),
            (Edwards, _) => Edwards25519.TryMultiply(left, right, result),
            (_, Add) => Ristretto255.TryAdd(left, right, result),
            (_, Subtract) => Ristretto255.TrySubtract(left, right, result),
            _ => Ristretto255.TryMultiply(left, right, result),
        };
        return isResult ? Write(in call, call.Argument5, result) : Refused;
    }

    internal static ulong MultiplySum(HostCall call)
    {
        (ulong curve, ulong count) = (call.Argument1, call.Argument4);
        if (count > MaxPoints)
            return call.Fail(InvalidLength);
        if (curve > Ristretto)
            return RefuseCurve(in call);
        ulong further = count == 0 ? 0 : count - 1;
        if (!call.TryConsume(curve == Edwards ? 2_273 + (758 * further) : 2_303 + (788 * further))
            || !call.TryReadMany(call.Argument2, count, PointBytes, 1, out ReadOnlySpan<byte> scalars)
            || !call.TryReadMany(call.Argument3, count, PointBytes, 1, out ReadOnlySpan<byte> points))
        {
            return 0;
        }

        Span<byte> result = stackalloc byte[PointBytes];
        bool isResult = curve == Edwards
            ? Edwards25519.TryMultiplySum(scalars, points, result)
            : Ristretto255.TryMultiplySum(scalars, points, result);
        return isResult ? Write(in call, call.Argument5, result) : Refused;
    }

    private static ulong UnitsOf(ulong curve, ulong operation) => (curve, operation) switch
    {
        (Edwards, Add) => 473,
        (Edwards, Subtract) => 475,
        (Edwards, _) => 2_177,
        (_, Add) => 521,
        (_, Subtract) => 519,
        _ => 2_208,
    };

    private static ulong RefuseCurve(scoped in HostCall call) =>
        call.Svm().Features.AbortOnInvalidCurve ? call.Fail(InvalidAttribute) : Refused;

    private static ulong Write(scoped in HostCall call, ulong address, ReadOnlySpan<byte> result)
    {
        if (call.TryWriteBytes(address, (ulong)result.Length, out Span<byte> target))
            result.CopyTo(target);
        return 0;
    }
}
