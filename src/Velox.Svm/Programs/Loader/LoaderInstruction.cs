namespace Velox.Svm;

/// <summary>A parsed instruction of loader v3; fields that its kind does not have are zero.</summary>
internal readonly ref struct LoaderInstruction
{
    /// <summary>Agave reads at most one packet of instruction data.</summary>
    private const int MaxDataBytes = 1_232;

    internal LoaderInstructionTag Tag { get; private init; }

    /// <summary>Write: where in the ELF.</summary>
    internal uint Offset { get; private init; }

    /// <summary>Write: part of the ELF.</summary>
    internal ReadOnlySpan<byte> Bytes { get; private init; }

    /// <summary>DeployWithMaxDataLen: bytes of room for this and later ELFs.</summary>
    internal ulong MaxDataLength { get; private init; }

    /// <summary>ExtendProgram: bytes of room to add.</summary>
    internal uint AdditionalBytes { get; private init; }

    /// <summary>Reads data; false for an unknown number or a cut-off field. Bytes after the last field are allowed.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> data, out LoaderInstruction instruction)
    {
        var reader = new BincodeReader(data[..Math.Min(data.Length, MaxDataBytes)]);
        var tag = (LoaderInstructionTag)reader.UInt32();
        instruction = tag switch
        {
            LoaderInstructionTag.Write => new() { Offset = reader.UInt32(), Bytes = reader.Blob(), Tag = tag },
            LoaderInstructionTag.DeployWithMaxDataLen => new() { MaxDataLength = reader.UInt64(), Tag = tag },
            LoaderInstructionTag.ExtendProgram => new() { AdditionalBytes = reader.UInt32(), Tag = tag },
            _ => new() { Tag = tag },
        };
        return !reader.HasFailed && tag <= LoaderInstructionTag.SetAuthorityChecked;
    }
}
