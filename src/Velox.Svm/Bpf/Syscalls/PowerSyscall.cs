using System.Buffers.Binary;
using System.Numerics;
using Velox.Bpf;

namespace Velox.Svm;

/// <summary>sol_big_mod_exp: a power of large numbers modulo an odd one (SIMD-0529; Agave syscalls, lib.rs, and solana-big-mod-exp).</summary>
/// <remarks>Behind feature enable_big_mod_exp_syscall. Numbers are little-endian, at most 512 bytes each.</remarks>
internal static class PowerSyscall
{
    private const int ParameterBytes = 6 * sizeof(ulong);
    private const ulong MaxBytes = 512;
    private const ulong BaseUnits = 422;
    private const ulong Divisor = 189;
    private const ulong ReductionFactor = 15;
    private const ulong MinExponentBits = 75;
    private const int HeadBytes = 32;

    private static readonly SyscallFault InvalidLength = new("InvalidLength");
    private static readonly SyscallFault InvalidAttribute = new("InvalidAttribute");

    /// <summary>Parameters (address and length of base, exponent, modulus), result of the modulus's length.</summary>
    internal static ulong Raise(HostCall call)
    {
        if (!call.TryConsume(BaseUnits) || !call.TryReadMany(call.Argument1, 1, ParameterBytes, sizeof(ulong), out ReadOnlySpan<byte> parameters))
            return 0;
        (ulong basis, ulong basisLength) = Slice(parameters, 0);
        (ulong exponent, ulong exponentLength) = Slice(parameters, 1);
        (ulong modulus, ulong modulusLength) = Slice(parameters, 2);
        if (basisLength > MaxBytes || exponentLength > MaxBytes || modulusLength > MaxBytes)
            return call.Fail(InvalidLength);
        if (!call.TryReadBytes(exponent, exponentLength, out ReadOnlySpan<byte> exponentBytes)
            || !call.TryConsume(UnitsOf(Math.Max(basisLength, modulusLength), exponentBytes))
            || !call.TryReadBytes(basis, basisLength, out ReadOnlySpan<byte> basisBytes)
            || !call.TryReadBytes(modulus, modulusLength, out ReadOnlySpan<byte> modulusBytes))
        {
            return 0;
        }

        if (!IsOddAboveOne(modulusBytes))
            return call.Fail(InvalidAttribute);
        var power = BigInteger.ModPow(ToNumber(basisBytes), ToNumber(exponentBytes), ToNumber(modulusBytes));
        if (!call.TryWriteBytes(call.Argument2, modulusLength, out Span<byte> result))
            return 0;
        result.Clear();
        power.TryWriteBytes(result, out _, isUnsigned: true);
        return 0;
    }

    /// <summary>Units beyond those that every call takes: multiplications of that length, as many as the exponent has bits.</summary>
    internal static ulong UnitsOf(ulong bytes, ReadOnlySpan<byte> exponent)
    {
        ulong square = bytes * bytes;
        ulong multiplication = bytes <= 64 ? square : (square / 4) + (96 * bytes) - 3_072;
        ulong factor = IsOne(exponent) ? ReductionFactor : Math.Max(BitsOf(exponent), MinExponentBits);
        return ((multiplication * factor) + Divisor - 1) / Divisor;
    }

    /// <summary>The index of the exponent's highest bit; of long ones it is looked for in the last 32 bytes alone.</summary>
    private static ulong BitsOf(ReadOnlySpan<byte> exponent)
    {
        int start = Math.Max(0, exponent.Length - HeadBytes);
        int highest = exponent[start..].LastIndexOfAnyExcept((byte)0);
        ulong inHead = highest < 0 ? 0 : ((ulong)highest * 8) + (ulong)BitOperations.Log2(exponent[start + highest]);
        return ((ulong)start * 8) + inHead;
    }

    private static bool IsOne(ReadOnlySpan<byte> number) => number is [1, .. var rest] && !rest.ContainsAnyExcept((byte)0);

    private static bool IsOddAboveOne(ReadOnlySpan<byte> number) =>
        number is [var least, .. var rest] && (least & 1) == 1 && (least > 1 || rest.ContainsAnyExcept((byte)0));

    private static BigInteger ToNumber(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true);

    private static (ulong Address, ulong Length) Slice(ReadOnlySpan<byte> parameters, int index)
    {
        ReadOnlySpan<byte> slice = parameters[(2 * index * sizeof(ulong))..];
        return (BinaryPrimitives.ReadUInt64LittleEndian(slice), BinaryPrimitives.ReadUInt64LittleEndian(slice[sizeof(ulong)..]));
    }
}
