using System.Buffers.Binary;
using Velox.Bpf;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>sol_create_program_address and sol_try_find_program_address (Agave syscalls, lib.rs).</summary>
internal static class AddressSyscalls
{
    private const int SliceBytes = 16;
    private const ulong IsNoProgramAddress = 1;

    private static readonly SyscallFault SeedTooLong =
        new("Could not create program address with signer seeds: Length of the seed is too long for address generation");

    private static readonly SyscallFault Overlapping = new("Overlapping copy");

    internal static ulong Create(HostCall call)
    {
        if (!call.TryConsume(SyscallCost.ProgramAddress) || !TryReadSeeds(in call, out AddressSeeds seeds, out Address program))
            return 0;
        if (!ProgramDerivedAddress.TryCreate(in seeds, program, out Address address))
            return IsNoProgramAddress;
        if (call.TryWriteBytes(call.Argument4, Address.Size, out Span<byte> target))
            address.Span.CopyTo(target);
        return 0;
    }

    internal static ulong Find(HostCall call)
    {
        if (!call.TryConsume(SyscallCost.ProgramAddress) || !TryReadSeeds(in call, out AddressSeeds seeds, out Address program))
            return 0;
        for (byte bump = byte.MaxValue; bump > 0; bump--)
        {
            AddressSeeds bumped = seeds;
            if (bumped.TryAdd([bump]) && ProgramDerivedAddress.TryCreate(in bumped, program, out Address address))
                return WriteFound(in call, address, bump);
            if (!call.TryConsume(SyscallCost.ProgramAddress))
                return 0;
        }

        return IsNoProgramAddress;
    }

    private static ulong WriteFound(scoped in HostCall call, Address address, byte bump)
    {
        (ulong addressTarget, ulong bumpTarget) = (call.Argument4, call.Argument5);
        if (!call.TryWriteBytes(bumpTarget, 1, out Span<byte> bumpByte) || !call.TryWriteBytes(addressTarget, Address.Size, out Span<byte> target))
            return 0;
        if (bumpByte.Overlaps(target))
            return call.Fail(Overlapping);
        bumpByte[0] = bump;
        address.Span.CopyTo(target);
        return 0;
    }

    private static bool TryReadSeeds(scoped in HostCall call, out AddressSeeds seeds, out Address program)
    {
        seeds = default;
        program = default;
        ulong count = call.Argument2;
        if (!call.TryReadMany(call.Argument1, count, SliceBytes, sizeof(ulong), out ReadOnlySpan<byte> slices))
            return false;
        if (count > AddressSeeds.MaxCount)
            return Refuse(in call);
        for (int i = 0; i < slices.Length; i += SliceBytes)
        {
            if (BinaryPrimitives.ReadUInt64LittleEndian(slices[(i + sizeof(ulong))..]) > AddressSeeds.MaxSeedLength)
                return Refuse(in call);
            if (!LogSyscalls.TryReadSlice(in call, slices[i..], out ReadOnlySpan<byte> seed))
                return false;
            seeds.TryAdd(seed);
        }

        return call.TryReadAddress(call.Argument3, out program);
    }

    private static bool Refuse(scoped in HostCall call)
    {
        call.Fail(SeedTooLong);
        return false;
    }
}
