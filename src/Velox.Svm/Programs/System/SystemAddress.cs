using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>An address that signs for itself, or one derived from a base that signs for it.</summary>
internal readonly record struct SystemAddress(Address Address, Address? Base)
{
    // Agave turns a seed error's number into a custom code, so these two collide with codes of SystemError.
    private const uint SeedTooLongCode = 0;
    private const uint IllegalOwnerCode = 2;

    internal bool IsSigner(InvokeContext context) => context.IsSigner(Base ?? Address);

    /// <summary>The worded form of Agave's logs.</summary>
    public override string ToString() =>
        $"Address {{ address: {Address}, base: {(Base is { } signer ? $"Some({signer})" : "None")} }}";

    /// <summary>Takes an address that must be the one derived from the instruction's base, seed and owner.</summary>
    internal static InstructionError TryDerive(
        InvokeContext context, Address address, in SystemInstruction instruction, out SystemAddress derived)
    {
        derived = new SystemAddress(address, instruction.Base);
        InstructionError error = TryDeriveSeeded(
            instruction.Base, instruction.Seed, instruction.Owner, out Address expected);
        if (error.IsError || address == expected)
            return error;
        context.LogRaw($"Create: address {address} does not match derived address {expected}");
        return InstructionError.Custom((uint)SystemError.AddressWithSeedMismatch);
    }

    internal static InstructionError TryDeriveSeeded(
        Address baseAddress, ReadOnlySpan<byte> seed, Address owner, out Address derived)
    {
        if (ProgramDerivedAddress.TryCreateWithSeed(baseAddress, seed, owner, out derived))
            return InstructionError.None;
        return InstructionError.Custom(seed.Length > AddressSeeds.MaxSeedLength ? SeedTooLongCode : IllegalOwnerCode);
    }
}
