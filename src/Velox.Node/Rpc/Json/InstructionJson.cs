using System.Text.Json;
using SimpleBase;
using Velox.Primitives;

namespace Velox.Node;

/// <summary>An instruction of a recorded transaction, top-level or called.</summary>
/// <param name="ProgramIndex">Position of the program among the account keys.</param>
/// <param name="Accounts">Positions of the accounts.</param>
/// <param name="Data">The program's own format.</param>
/// <param name="StackHeight">1 at top level.</param>
internal readonly record struct ShownInstruction(byte ProgramIndex, byte[] Accounts, byte[] Data, int StackHeight);

/// <summary>Instructions compiled (by index), parsed, or partially decoded (addresses, but data as it is).</summary>
internal static class InstructionJson
{
    internal static void Write(Utf8JsonWriter writer, ShownInstruction instruction, Address[] keys, bool isParsed)
    {
        writer.WriteStartObject();
        if (!isParsed)
            WriteCompiled(writer, instruction);
        else if (!ParsedInstructionJson.TryWrite(writer, instruction, keys))
            WritePartlyDecoded(writer, instruction, keys);
        writer.WriteNumber("stackHeight"u8, instruction.StackHeight);
        writer.WriteEndObject();
    }

    private static void WriteCompiled(Utf8JsonWriter writer, ShownInstruction instruction)
    {
        writer.WriteStartArray("accounts"u8);
        foreach (byte account in instruction.Accounts)
            writer.WriteNumberValue(account);
        writer.WriteEndArray();
        writer.WriteString("data"u8, Base58.Bitcoin.Encode(instruction.Data));
        writer.WriteNumber("programIdIndex"u8, instruction.ProgramIndex);
    }

    private static void WritePartlyDecoded(Utf8JsonWriter writer, ShownInstruction instruction, Address[] keys)
    {
        writer.WriteStartArray("accounts"u8);
        foreach (byte account in instruction.Accounts)
            writer.WriteStringValue(keys[account].ToString());
        writer.WriteEndArray();
        writer.WriteString("data"u8, Base58.Bitcoin.Encode(instruction.Data));
        writer.WriteString("programId"u8, keys[instruction.ProgramIndex].ToString());
    }
}
