using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What the upgradeable loader's accounts say (solana-sdk, loader-v3-interface state): a u32 kind, then fields.</summary>
internal static class UpgradeableState
{
    /// <summary>Bytes of a program account: kind and the address of its code.</summary>
    internal const int ProgramSize = 36;

    /// <summary>Bytes before the code in a program-data account: kind, slot, optional authority.</summary>
    internal const int ProgramDataHeaderSize = 45;

    private const uint Program = 2;
    private const uint ProgramData = 3;

    /// <summary>Reads a program account: where its code is.</summary>
    internal static bool TryReadProgram(ReadOnlySpan<byte> data, out Address programData)
    {
        programData = default;
        if (data.Length < ProgramSize || BinaryPrimitives.ReadUInt32LittleEndian(data) != Program)
            return false;
        programData = new Address(data.Slice(sizeof(uint), Address.Size));
        return true;
    }

    /// <summary>Reads a program-data account's header: the slot of the last deployment.</summary>
    internal static bool TryReadProgramData(ReadOnlySpan<byte> data, out ulong slot)
    {
        slot = 0;
        if (data.Length < ProgramDataHeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(data) != ProgramData)
            return false;
        slot = BinaryPrimitives.ReadUInt64LittleEndian(data[sizeof(uint)..]);
        return true;
    }
}
