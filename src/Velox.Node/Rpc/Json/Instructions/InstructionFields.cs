using System.Text.Json.Nodes;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Reads an instruction's data and names its accounts.</summary>
/// <param name="instruction">The instruction.</param>
/// <param name="keys">The transaction's accounts.</param>
internal ref struct InstructionFields(ShownInstruction instruction, Address[] keys)
{
    private const char OptionalMark = '?';
    private const char NullableMark = '~';

    /// <summary>The data, bincode.</summary>
    internal BincodeReader Data = new(instruction.Data);

    private readonly byte[] _accounts = instruction.Accounts;
    private readonly Address[] _keys = keys;

    internal readonly int AccountCount => _accounts.Length;

    /// <summary>An account's address as text.</summary>
    internal readonly string Account(int index) => _keys[_accounts[index]].ToString();

    /// <summary>The addresses of the accounts from an index on.</summary>
    internal readonly JsonArray AccountsFrom(int index)
    {
        var addresses = new JsonArray();
        for (int i = index; i < AccountCount; i++)
            addresses.Add((JsonNode)Account(i));
        return addresses;
    }

    /// <summary>Puts an instruction together; null where a field was cut off or an account is missing.</summary>
    /// <param name="type">The instruction's name.</param>
    /// <param name="accounts">
    /// The accounts' names in order. One that ends with <c>?</c> is left out where it is not listed, one with <c>~</c> is null then.
    /// </param>
    /// <param name="members">The fields, read from the data before.</param>
    internal readonly ParsedInstruction? Of(string type, string[] accounts, params (string Name, JsonNode? Value)[] members)
    {
        if (Data.HasFailed)
            return null;
        var info = new JsonObject();
        for (int i = 0; i < accounts.Length; i++)
        {
            string name = accounts[i].TrimEnd(OptionalMark, NullableMark);
            bool isNeeded = name.Length == accounts[i].Length;
            if (i < AccountCount)
                info.Add(name, Account(i));
            else if (isNeeded)
                return null;
            else if (accounts[i][^1] == NullableMark)
                info.Add(name, null);
        }

        foreach ((string name, JsonNode? value) in members)
            info.Add(name, value);
        return new ParsedInstruction(type, info);
    }
}
