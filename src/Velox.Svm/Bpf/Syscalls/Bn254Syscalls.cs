using Velox.Bpf;
using Velox.Cryptography;

namespace Velox.Svm;

/// <summary>
/// sol_alt_bn128_group_op, sol_alt_bn128_compression and sol_poseidon (Agave syscalls, lib.rs). 0 is a result, 1 says
/// that an input is none of those that the operation takes.
/// </summary>
internal static class Bn254Syscalls
{
    private const ulong LittleEndianFlag = 0x80;
    private const ulong Refused = 1;
    private const int SliceBytes = 16;

    private const ulong AddG1 = 0, MultiplyG1 = 2, Pairing = 3, AddG2 = 4, MultiplyG2 = 6;
    private const ulong CompressG1 = 0, DecompressG1 = 1, CompressG2 = 2, DecompressG2 = 3;

    private static readonly SyscallFault InvalidAttribute = new("InvalidAttribute");
    private static readonly SyscallFault InvalidLength = new("InvalidLength");
    private static readonly SyscallFault InvalidParameters = new("Invalid parameters.");
    private static readonly SyscallFault InvalidEndianness = new("Invalid endianness.");

    internal static ulong Combine(HostCall call)
    {
        (ulong operation, ulong size) = (call.Argument1 & ~LittleEndianFlag, call.Argument3);
        RuntimeFeatures features = call.Svm().Features;
        bool isG2 = operation is AddG2 or MultiplyG2;
        bool isLittleEndian = (call.Argument1 & LittleEndianFlag) != 0;
        if ((isLittleEndian && !isG2 && !features.AltBn128LittleEndian) || (isG2 && !features.EnableAltBn128G2Syscalls)
            || !TryPrice(operation, size, out ulong units, out int resultBytes))
        {
            return call.Fail(InvalidAttribute);
        }

        return Run(in call, operation, units, resultBytes, isLittleEndian, static (operation, input, order, result) => operation switch
        {
            AddG1 => Bn254.TryAddG1(input, order, result),
            MultiplyG1 => Bn254.TryMultiplyG1(input, order, result),
            Pairing => Bn254.TryCheckPairing(input, order, result),
            AddG2 => Bn254.TryAddG2(input, order, result),
            _ => Bn254.TryMultiplyG2(input, order, result),
        });
    }

    internal static ulong Compress(HostCall call)
    {
        ulong operation = call.Argument1 & ~LittleEndianFlag;
        bool isLittleEndian = (call.Argument1 & LittleEndianFlag) != 0;
        if (operation > DecompressG2 || (isLittleEndian && !call.Svm().Features.AltBn128LittleEndian))
            return call.Fail(InvalidAttribute);
        (ulong units, int resultBytes) = operation switch
        {
            CompressG1 => (30ul, Bn254.G1CompressedSize),
            DecompressG1 => (398ul, Bn254.G1Size),
            CompressG2 => (86ul, Bn254.G2CompressedSize),
            _ => (13_610ul, Bn254.G2Size),
        };
        return Run(
            in call, operation, SyscallCost.Base + units, resultBytes, isLittleEndian, static (operation, input, order, result) => operation switch
            {
                CompressG1 => Bn254.TryCompressG1(input, order, result),
                DecompressG1 => Bn254.TryDecompressG1(input, order, result),
                CompressG2 => Bn254.TryCompressG2(input, order, result),
                _ => Bn254.TryDecompressG2(input, order, result),
            });
    }

    /// <summary>Poseidon over the scalar field, width of the inputs plus one, exponent 5.</summary>
    internal static ulong Poseidon(HostCall call)
    {
        const ulong MaxInputs = 12;
        const int HashBytes = 32;
        ulong count = call.Argument4;
        InvokeContext context = call.Svm();
        if (call.Argument1 != 0)
            return call.Fail(InvalidParameters);
        if (call.Argument2 > 1)
            return call.Fail(InvalidEndianness);
        if (count > MaxInputs)
        {
            context.LogRaw($"Poseidon hashing {count} sequences is not supported");
            return call.Fail(InvalidLength);
        }

        if (!call.TryConsume((61 * count * count) + 542) || !call.TryWriteBytes(call.Argument5, HashBytes, out Span<byte> target)
            || !call.TryReadMany(call.Argument3, count, SliceBytes, sizeof(ulong), out ReadOnlySpan<byte> slices))
        {
            return 0;
        }

        // All inputs must be readable, whatever becomes of the first.
        var hasher = new PoseidonHasher((ByteOrder)call.Argument2, context.Features.PoseidonEnforcePadding);
        bool isHashed = true;
        for (int i = 0; i < slices.Length; i += SliceBytes)
        {
            if (!LogSyscalls.TryReadSlice(in call, slices[i..], out ReadOnlySpan<byte> input))
                return 0;
            isHashed = isHashed && hasher.TryAppend(input);
        }

        Span<byte> hash = stackalloc byte[HashBytes];
        if (!isHashed || !hasher.TryFinish(hash))
            return Refused;
        hash.CopyTo(target);
        return 0;
    }

    private delegate bool Operation(ulong operation, ReadOnlySpan<byte> input, ByteOrder order, Span<byte> result);

    private static bool TryPrice(ulong operation, ulong size, out ulong units, out int resultBytes)
    {
        (units, resultBytes) = operation switch
        {
            AddG1 => (334ul, Bn254.G1Size),
            MultiplyG1 => (3_840ul, Bn254.G1Size),
            AddG2 => (535ul, Bn254.G2Size),
            MultiplyG2 => (15_670ul, Bn254.G2Size),
            Pairing => (PairingUnits(size), Bn254.PairingResultSize),
            _ => (0ul, 0),
        };
        return resultBytes > 0;
    }

    private static ulong PairingUnits(ulong size)
    {
        ulong pairs = size / Bn254.PairSize;
        ulong further = pairs == 0 ? 0 : pairs - 1;
        UInt128 units = 36_364 + ((UInt128)12_121 * further) + SyscallCost.HashBase + size + Bn254.PairingResultSize;
        return units > ulong.MaxValue ? ulong.MaxValue : (ulong)units;
    }

    private static ulong Run(
        scoped in HostCall call, ulong operation, ulong units, int resultBytes, bool isLittleEndian, Operation body)
    {
        if (!call.TryConsume(units) || !call.TryWriteBytes(call.Argument4, (ulong)resultBytes, out Span<byte> target)
            || !call.TryReadBytes(call.Argument2, call.Argument3, out ReadOnlySpan<byte> input))
        {
            return 0;
        }

        // Beside the target, which may overlap the input, and stays as it is when there is no result.
        Span<byte> result = stackalloc byte[Bn254.G2Size];
        if (!body(operation, input, isLittleEndian ? ByteOrder.LittleEndian : ByteOrder.BigEndian, result[..resultBytes]))
            return Refused;
        result[..resultBytes].CopyTo(target);
        return 0;
    }
}
