using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// The common instructions by name and fields, as explorers show them (Agave transaction-status, parse_system,
/// parse_token): memo, system transfer, create, assign, allocate, and what moves tokens. Others are left partly
/// decoded.
/// </summary>
internal static class ParsedInstructionJson
{
    /// <summary>
    /// Writes <c>program</c>, <c>programId</c> and <c>parsed</c>; false, with nothing written, when it cannot.
    /// </summary>
    internal static bool TryWrite(Utf8JsonWriter writer, ShownInstruction instruction, Address[] keys)
    {
        Address program = keys[instruction.ProgramIndex];
        if (program == ProgramIds.Memo)
            return TryWriteMemo(writer, instruction.Data);

        ParsedInstruction? parsed = null;
        string name = "";
        if (program == ProgramIds.System)
            (name, parsed) = ("system", ParseSystem(instruction.Data));
        else if (program == ProgramIds.Token)
            (name, parsed) = ("spl-token", ParseToken(instruction.Data));
        if (parsed is null || instruction.Accounts.Length < parsed.Accounts.Length)
            return false;

        WriteProgram(writer, name, program);
        writer.WriteStartObject("parsed"u8);
        writer.WriteStartObject("info"u8);
        for (int i = 0; i < parsed.Accounts.Length; i++)
            writer.WriteString(parsed.Accounts[i], keys[instruction.Accounts[i]].ToString());
        parsed.WriteFields(writer);
        writer.WriteEndObject();
        writer.WriteString("type"u8, parsed.Type);
        writer.WriteEndObject();
        return true;
    }

    private static bool TryWriteMemo(Utf8JsonWriter writer, byte[] data)
    {
        if (!Utf8.IsValid(data))
            return false;
        WriteProgram(writer, "spl-memo", ProgramIds.Memo);
        writer.WriteString("parsed"u8, data);
        return true;
    }

    private static void WriteProgram(Utf8JsonWriter writer, string name, Address program)
    {
        writer.WriteString("program"u8, name);
        writer.WriteString("programId"u8, program.ToString());
    }

    private static ParsedInstruction? ParseSystem(byte[] data)
    {
        if (data.Length < sizeof(uint))
            return null;
        ReadOnlyMemory<byte> fields = data.AsMemory(sizeof(uint));
        return ((SystemInstructionTag)BinaryPrimitives.ReadUInt32LittleEndian(data), fields.Length) switch
        {
            (SystemInstructionTag.Transfer, 8) => new("transfer", ["source", "destination"], writer =>
                writer.WriteNumber("lamports"u8, Word(fields, 0))),
            (SystemInstructionTag.CreateAccount, 48) => new("createAccount", ["source", "newAccount"], writer =>
            {
                writer.WriteNumber("lamports"u8, Word(fields, 0));
                writer.WriteString("owner"u8, Key(fields, 16));
                writer.WriteNumber("space"u8, Word(fields, 8));
            }),
            (SystemInstructionTag.Assign, 32) => new("assign", ["account"], writer =>
                writer.WriteString("owner"u8, Key(fields, 0))),
            (SystemInstructionTag.Allocate, 8) => new("allocate", ["account"], writer =>
                writer.WriteNumber("space"u8, Word(fields, 0))),
            _ => null,
        };
    }

    private static ParsedInstruction? ParseToken(byte[] data)
    {
        if (data.Length == 0)
            return null;
        ReadOnlyMemory<byte> fields = data.AsMemory(1);
        return ((TokenInstructionTag)data[0], fields.Length) switch
        {
            (TokenInstructionTag.Transfer, 8) => WithAmount("transfer", ["source", "destination", "authority"], fields),
            (TokenInstructionTag.MintTo, 8) => WithAmount("mintTo", ["mint", "account", "mintAuthority"], fields),
            (TokenInstructionTag.Burn, 8) => WithAmount("burn", ["account", "mint", "authority"], fields),
            (TokenInstructionTag.Approve, 8) => WithAmount("approve", ["source", "delegate", "owner"], fields),
            (TokenInstructionTag.Revoke, 0) => new("revoke", ["source", "owner"], static _ => { }),
            (TokenInstructionTag.CloseAccount, 0) => new(
                "closeAccount", ["account", "destination", "owner"], static _ => { }),
            (TokenInstructionTag.TransferChecked, 9) => new(
                "transferChecked", ["source", "mint", "destination", "authority"], writer =>
                {
                    writer.WritePropertyName("tokenAmount"u8);
                    writer.WriteAmount(Word(fields, 0), fields.Span[8]);
                }),
            (TokenInstructionTag.InitializeAccount3, 32) => new("initializeAccount3", ["account", "mint"], writer =>
                writer.WriteString("owner"u8, Key(fields, 0))),
            (TokenInstructionTag.InitializeMint2, >= 34) => new("initializeMint2", ["mint"], writer =>
            {
                writer.WriteNumber("decimals"u8, fields.Span[0]);
                writer.WriteString("mintAuthority"u8, Key(fields, 1));
            }),
            _ => null,
        };
    }

    private static ParsedInstruction WithAmount(string type, string[] accounts, ReadOnlyMemory<byte> fields) =>
        new(type, accounts, writer => writer.WriteString("amount"u8, Word(fields, 0).ToString()));

    private static ulong Word(ReadOnlyMemory<byte> fields, int offset) =>
        BinaryPrimitives.ReadUInt64LittleEndian(fields.Span[offset..]);

    private static string Key(ReadOnlyMemory<byte> fields, int offset) =>
        new Address(fields.Span.Slice(offset, Address.Size)).ToString();

    /// <summary>What an instruction says.</summary>
    /// <param name="Type">Its name.</param>
    /// <param name="Accounts">The roles of its accounts in order; further accounts are not named.</param>
    /// <param name="WriteFields">Writes the fields of its data as members.</param>
    private sealed record ParsedInstruction(string Type, string[] Accounts, Action<Utf8JsonWriter> WriteFields);
}
