using Velox.Primitives;

namespace Velox.Svm;

/// <summary>A parsed instruction of the system program; fields that its kind does not have are zero.</summary>
internal readonly ref struct SystemInstruction
{
    /// <summary>Agave reads at most one packet of instruction data.</summary>
    private const int MaxDataBytes = 1_232;

    internal SystemInstructionTag Tag { get; private init; }

    internal ulong Lamports { get; private init; }

    internal ulong Space { get; private init; }

    internal Address Owner { get; private init; }

    /// <summary>Of a durable nonce.</summary>
    internal Address Authority { get; private init; }

    /// <summary>Signs in place of the derived address; for the kinds with a seed, transfer excepted.</summary>
    internal Address Base { get; private init; }

    /// <summary>UTF-8.</summary>
    internal ReadOnlySpan<byte> Seed { get; private init; }

    /// <summary>Reads data; false for an unknown number, a cut-off field, or a seed that is no UTF-8.</summary>
    /// <remarks>Initialisers run in the order of the fields on the wire.</remarks>
    internal static bool TryParse(ReadOnlySpan<byte> data, out SystemInstruction instruction)
    {
        var reader = new BincodeReader(data[..Math.Min(data.Length, MaxDataBytes)]);
        var tag = (SystemInstructionTag)reader.UInt32();
        instruction = tag switch
        {
            SystemInstructionTag.CreateAccount or SystemInstructionTag.CreateAccountAllowPrefund =>
                new() { Lamports = reader.UInt64(), Space = reader.UInt64(), Owner = reader.Address(), Tag = tag },
            SystemInstructionTag.CreateAccountWithSeed => new()
            {
                Base = reader.Address(),
                Seed = reader.Text(),
                Lamports = reader.UInt64(),
                Space = reader.UInt64(),
                Owner = reader.Address(),
                Tag = tag,
            },
            SystemInstructionTag.Assign => new() { Owner = reader.Address(), Tag = tag },
            SystemInstructionTag.AssignWithSeed =>
                new() { Base = reader.Address(), Seed = reader.Text(), Owner = reader.Address(), Tag = tag },
            SystemInstructionTag.Transfer => new() { Lamports = reader.UInt64(), Tag = tag },
            SystemInstructionTag.TransferWithSeed =>
                new() { Lamports = reader.UInt64(), Seed = reader.Text(), Owner = reader.Address(), Tag = tag },
            SystemInstructionTag.Allocate => new() { Space = reader.UInt64(), Tag = tag },
            SystemInstructionTag.AllocateWithSeed => new()
            {
                Base = reader.Address(),
                Seed = reader.Text(),
                Space = reader.UInt64(),
                Owner = reader.Address(),
                Tag = tag,
            },
            SystemInstructionTag.WithdrawNonceAccount => new() { Lamports = reader.UInt64(), Tag = tag },
            SystemInstructionTag.InitializeNonceAccount or SystemInstructionTag.AuthorizeNonceAccount =>
                new() { Authority = reader.Address(), Tag = tag },
            _ => new() { Tag = tag },
        };
        return !reader.HasFailed && tag <= SystemInstructionTag.CreateAccountAllowPrefund;
    }
}
