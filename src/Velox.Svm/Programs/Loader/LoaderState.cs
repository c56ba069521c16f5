using System.Buffers.Binary;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What an account of loader v3 is; the first field (u32) of its data.</summary>
public enum LoaderStateKind : uint
{
    Uninitialized = 0,
    Buffer = 1,
    Program = 2,
    ProgramData = 3,
}

/// <summary>The head of an account of loader v3 (solana-sdk, loader-v3-interface); an ELF follows in two kinds.</summary>
/// <remarks>
/// <code>
/// uninitialised  0 u32
/// buffer         1 u32 || authority (0, or 1 and 32 bytes) || from byte 37: ELF
/// program        2 u32 || address of the program data
/// program data   3 u32 || slot u64 || authority (0, or 1 and 32 bytes) || from byte 45: ELF, then zeros
/// </code>
/// The ELF stands at the same offset whether there is an authority or not.
/// </remarks>
public readonly record struct LoaderState
{
    public const int UninitializedSize = 4;

    /// <summary>Bytes before a buffer's ELF.</summary>
    public const int BufferHeadSize = 37;

    /// <summary>Bytes of a program account.</summary>
    public const int ProgramSize = 36;

    /// <summary>Bytes before the ELF of a program.</summary>
    public const int ProgramDataHeadSize = 45;

    public LoaderStateKind Kind { get; private init; }

    /// <summary>Who may write or change it; null where nobody may any more.</summary>
    public Address? Authority { get; private init; }

    /// <summary>Of a program: the account with its code.</summary>
    public Address ProgramData { get; private init; }

    /// <summary>Of program data: when it was changed last.</summary>
    public ulong Slot { get; private init; }

    public static LoaderState OfBuffer(Address? authority) => new() { Kind = LoaderStateKind.Buffer, Authority = authority };

    public static LoaderState OfProgram(Address programData) =>
        new() { Kind = LoaderStateKind.Program, ProgramData = programData };

    public static LoaderState OfProgramData(ulong slot, Address? authority) =>
        new() { Kind = LoaderStateKind.ProgramData, Slot = slot, Authority = authority };

    /// <summary>Where the code of a program lies: derived from the program's address.</summary>
    public static Address ProgramDataAddress(Address program)
    {
        var seeds = default(AddressSeeds);
        seeds.TryAdd(program.Span);
        return ProgramDerivedAddress.TryFind(seeds, ProgramIds.BpfLoaderUpgradeable, out Address address, out _)
            ? address
            : default;
    }

    /// <summary>Reads the head; false where it is cut off or says what there is not.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out LoaderState state)
    {
        var reader = new BincodeReader(data);
        var kind = (LoaderStateKind)reader.UInt32();
        state = kind switch
        {
            LoaderStateKind.Uninitialized => default,
            LoaderStateKind.Buffer => OfBuffer(reader.OptionalAddress()),
            LoaderStateKind.Program => OfProgram(reader.Address()),
            LoaderStateKind.ProgramData => OfProgramData(reader.UInt64(), reader.OptionalAddress()),
            _ => default,
        };
        return !reader.HasFailed && kind <= LoaderStateKind.ProgramData;
    }

    /// <summary>The head of an account. Error: InvalidAccountData.</summary>
    internal static InstructionError Read(in AccountHandle account, out LoaderState state) =>
        TryRead(account.Data, out state) ? InstructionError.None : InstructionErrorKind.InvalidAccountData;

    /// <summary>Bytes that <see cref="Write"/> writes: an absent authority leaves what stood in its place.</summary>
    public int SerializedSize => Kind switch
    {
        LoaderStateKind.Buffer => Authority is null ? 5 : BufferHeadSize,
        LoaderStateKind.Program => ProgramSize,
        LoaderStateKind.ProgramData => Authority is null ? 13 : ProgramDataHeadSize,
        _ => UninitializedSize,
    };

    /// <param name="destination">At least <see cref="SerializedSize"/> bytes.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)Kind);
        Span<byte> rest = destination[UninitializedSize..];
        if (Kind == LoaderStateKind.Program)
            ProgramData.Span.CopyTo(rest);
        if (Kind == LoaderStateKind.ProgramData)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, Slot);
            rest = rest[sizeof(ulong)..];
        }

        if (Kind is not (LoaderStateKind.Buffer or LoaderStateKind.ProgramData))
            return;
        rest[0] = Authority is null ? (byte)0 : (byte)1;
        Authority?.Span.CopyTo(rest[1..]);
    }

    /// <summary>Writes the head into an account. Errors: those of writing, then AccountDataTooSmall.</summary>
    internal InstructionError WriteTo(in AccountHandle account)
    {
        Span<byte> bytes = stackalloc byte[ProgramDataHeadSize];
        Write(bytes);
        return account.WriteData(0, bytes[..SerializedSize]);
    }
}
