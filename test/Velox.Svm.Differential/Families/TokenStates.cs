using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Account data of the SPL token programs, field by field (spl-token interface, state.rs).</summary>
public static class TokenStates
{
    public const int MintSize = 82;
    public const int AccountSize = 165;
    public const int MultisigSize = 355;

    public static byte[] Mint(Address? authority, ulong supply, byte decimals, Address? freeze, bool isInitialized = true)
    {
        byte[] data = new byte[MintSize];
        Option(data, 0, authority);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(36), supply);
        data[44] = decimals;
        data[45] = (byte)(isInitialized ? 1 : 0);
        Option(data, 46, freeze);
        return data;
    }

    /// <summary>State 0 is uninitialised, 1 initialised, 2 frozen; the reserve of wrapped SOL is the lamports that are rent.</summary>
    public static byte[] Account(
        Address mint, Address owner, ulong amount, byte state = 1, Address? delegated = null, ulong delegatedAmount = 0,
        Address? closer = null, ulong? nativeReserve = null)
    {
        byte[] data = new byte[AccountSize];
        mint.Span.CopyTo(data);
        owner.Span.CopyTo(data.AsSpan(32));
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(64), amount);
        Option(data, 72, delegated);
        data[108] = state;
        if (nativeReserve is { } reserve)
        {
            data[109] = 1;
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(113), reserve);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(121), delegatedAmount);
        Option(data, 129, closer);
        return data;
    }

    public static byte[] Multisig(byte required, params ReadOnlySpan<Address> signers)
    {
        byte[] data = new byte[MultisigSize];
        data[0] = required;
        data[1] = (byte)signers.Length;
        data[2] = 1;
        for (int i = 0; i < signers.Length; i++)
            signers[i].Span.CopyTo(data.AsSpan(3 + (i * 32)));
        return data;
    }

    private static void Option(byte[] data, int at, Address? value)
    {
        if (value is not { } address)
            return;
        data[at] = 1;
        address.Span.CopyTo(data.AsSpan(at + 4));
    }
}
