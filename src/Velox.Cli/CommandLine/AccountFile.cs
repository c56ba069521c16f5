using System.Text.Json;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Cli;

/// <summary>Accounts as <c>solana account --output json</c> writes them.</summary>
/// <remarks><c>{"pubkey":"..","account":{"lamports":n,"data":["..","base64"],"owner":"..","executable":false}}</c>; more members
/// are passed over.</remarks>
internal static class AccountFile
{
    /// <exception cref="InvalidDataException">It is something else; the message names the member.</exception>
    internal static GenesisAccount Read(JsonElement root)
    {
        JsonElement account = Member(root, "account", JsonValueKind.Object);
        JsonElement data = Member(account, "data", JsonValueKind.Array);
        if (data.GetArrayLength() != 2 || data[1].ValueKind != JsonValueKind.String || data[1].GetString() != "base64"
            || data[0].ValueKind != JsonValueKind.String || !data[0].TryGetBytesFromBase64(out byte[]? bytes))
        {
            throw new InvalidDataException("'data' must be [\"..\", \"base64\"].");
        }

        if (!Member(account, "lamports", JsonValueKind.Number).TryGetUInt64(out ulong lamports))
            throw new InvalidDataException("'lamports' must be a whole number, 0 to 2^64-1.");
        return new GenesisAccount(
            AddressOf(root, "pubkey"), lamports, AddressOf(account, "owner"), IsTrue(account, "executable"), bytes);
    }

    private static Address AddressOf(JsonElement parent, string name) =>
        Address.TryParse(Member(parent, name, JsonValueKind.String).GetString()!, out Address address)
            ? address
            : throw new InvalidDataException($"'{name}' must be an address in Base58.");

    private static bool IsTrue(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    private static JsonElement Member(JsonElement parent, string name, JsonValueKind kind) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind
            ? value
            : throw new InvalidDataException($"'{name}' must be there and be of type {kind}.");
}
