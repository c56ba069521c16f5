using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Extensions of Token-2022's mints and accounts (Agave account-decoder, parse_token_extension).</summary>
/// <remarks>Type u16, length u16, content, one behind the other. Those of confidential transfers are told as unparseable.</remarks>
internal static class TokenExtensionJson
{
    private const int HeadBytes = 2 * sizeof(ushort);
    private const string Unparseable = "unparseableExtension";

    private static readonly string[] AccountStates = ["uninitialized", "initialized", "frozen"];

    /// <param name="data">A mint's or an account's whole data.</param>
    internal static JsonArray Read(ReadOnlySpan<byte> data)
    {
        var extensions = new JsonArray();
        ReadOnlySpan<byte> rest = ExtendedState.ExtensionsOf(data);
        while (rest.Length >= HeadBytes && BinaryPrimitives.ReadUInt16LittleEndian(rest) is > 0 and ushort type)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(rest[sizeof(ushort)..]);
            rest = rest[HeadBytes..];
            if (length > rest.Length)
                break;
            var reader = new BincodeReader(rest[..length]);
            (string name, JsonObject? state) = Parse(type, ref reader);
            if (reader.HasFailed)
                (name, state) = (Unparseable, null);
            var extension = new JsonObject { ["extension"] = name };
            if (state is not null)
                extension.Add("state", state);
            extensions.Add((JsonNode)extension);
            rest = rest[length..];
        }

        return extensions;
    }

    private static (string Name, JsonObject? State) Parse(ushort type, ref BincodeReader reader) => type switch
    {
        1 => ("transferFeeConfig", TransferFeeConfig(ref reader)),
        2 => ("transferFeeAmount", new() { ["withheldAmount"] = reader.UInt64() }),
        3 => ("mintCloseAuthority", new() { ["closeAuthority"] = Optional(ref reader) }),
        6 => ("defaultAccountState", new() { ["accountState"] = AccountStates[Math.Min((int)reader.Byte(), AccountStates.Length - 1)] }),
        7 => ("immutableOwner", null),
        8 => ("memoTransfer", new() { ["requireIncomingTransferMemos"] = reader.Byte() != 0 }),
        9 => ("nonTransferable", null),
        10 => ("interestBearingConfig", InterestBearingConfig(ref reader)),
        11 => ("cpiGuard", new() { ["lockCpi"] = reader.Byte() != 0 }),
        12 => ("permanentDelegate", new() { ["delegate"] = Optional(ref reader) }),
        13 => ("nonTransferableAccount", null),
        14 => ("transferHook", new() { ["authority"] = Optional(ref reader), ["programId"] = Optional(ref reader) }),
        15 => ("transferHookAccount", new() { ["transferring"] = reader.Byte() != 0 }),
        18 => ("metadataPointer", new() { ["authority"] = Optional(ref reader), ["metadataAddress"] = Optional(ref reader) }),
        19 => ("tokenMetadata", TokenMetadata(ref reader)),
        20 => ("groupPointer", new() { ["authority"] = Optional(ref reader), ["groupAddress"] = Optional(ref reader) }),
        21 => ("tokenGroup", TokenGroup(ref reader)),
        22 => ("groupMemberPointer", new() { ["authority"] = Optional(ref reader), ["memberAddress"] = Optional(ref reader) }),
        23 => ("tokenGroupMember", TokenGroupMember(ref reader)),
        25 => ("scaledUiAmountConfig", ScaledUiAmountConfig(ref reader)),
        26 => ("pausableConfig", new() { ["authority"] = Optional(ref reader), ["paused"] = reader.Byte() != 0 }),
        27 => ("pausableAccount", null),
        28 => ("permissionedBurnConfig", new() { ["authority"] = Optional(ref reader) }),
        _ => (Unparseable, null),
    };

    private static JsonObject TransferFeeConfig(ref BincodeReader reader) => new()
    {
        ["transferFeeConfigAuthority"] = Optional(ref reader),
        ["withdrawWithheldAuthority"] = Optional(ref reader),
        ["withheldAmount"] = reader.UInt64(),
        ["olderTransferFee"] = TransferFee(ref reader),
        ["newerTransferFee"] = TransferFee(ref reader),
    };

    private static JsonObject TransferFee(ref BincodeReader reader) => new()
    {
        ["epoch"] = reader.UInt64(),
        ["maximumFee"] = reader.UInt64(),
        ["transferFeeBasisPoints"] = reader.UInt16(),
    };

    private static JsonObject InterestBearingConfig(ref BincodeReader reader) => new()
    {
        ["rateAuthority"] = Optional(ref reader),
        ["initializationTimestamp"] = (long)reader.UInt64(),
        ["preUpdateAverageRate"] = (short)reader.UInt16(),
        ["lastUpdateTimestamp"] = (long)reader.UInt64(),
        ["currentRate"] = (short)reader.UInt16(),
    };

    private static JsonObject TokenGroup(ref BincodeReader reader) => new()
    {
        ["updateAuthority"] = Optional(ref reader),
        ["mint"] = reader.Address().ToString(),
        ["size"] = reader.UInt64(),
        ["maxSize"] = reader.UInt64(),
    };

    private static JsonObject TokenGroupMember(ref BincodeReader reader) => new()
    {
        ["mint"] = reader.Address().ToString(),
        ["group"] = reader.Address().ToString(),
        ["memberNumber"] = reader.UInt64(),
    };

    private static JsonObject ScaledUiAmountConfig(ref BincodeReader reader) => new()
    {
        ["authority"] = Optional(ref reader),
        ["multiplier"] = Number(ref reader),
        ["newMultiplierEffectiveTimestamp"] = (long)reader.UInt64(),
        ["newMultiplier"] = Number(ref reader),
    };

    private static JsonObject TokenMetadata(ref BincodeReader reader)
    {
        var metadata = new JsonObject
        {
            ["updateAuthority"] = Optional(ref reader),
            ["mint"] = reader.Address().ToString(),
            ["name"] = Text(ref reader),
            ["symbol"] = Text(ref reader),
            ["uri"] = Text(ref reader),
        };
        var additional = new JsonArray();
        for (uint count = reader.UInt32(); count > 0 && !reader.HasFailed; count--)
            additional.Add((JsonNode)new JsonArray(Text(ref reader), Text(ref reader)));
        metadata.Add("additionalMetadata", additional);
        return metadata;
    }

    /// <summary>An address; all zero means none.</summary>
    private static string? Optional(ref BincodeReader reader)
    {
        Address address = reader.Address();
        return address == default ? null : address.ToString();
    }

    /// <summary>Borsh: length u32, then UTF-8.</summary>
    private static string Text(ref BincodeReader reader) => Encoding.UTF8.GetString(reader.Bytes((int)Math.Min(reader.UInt32(), int.MaxValue)));

    private static string Number(ref BincodeReader reader) =>
        BitConverter.UInt64BitsToDouble(reader.UInt64()).ToString(CultureInfo.InvariantCulture);
}
