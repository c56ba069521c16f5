using System.Text.Json;
using System.Text.Unicode;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Instructions by name and fields, as explorers show them (Agave transaction-status, parse_instruction).</summary>
internal static class ParsedInstructionJson
{
    private static readonly Address[] Memos =
    [
        ProgramIds.Memo, Address.Parse("Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo"),
        Address.Parse("Memo4c2pN8afCj432Lb7RMVKi9PbQnnW7ewFFaV3oAH"),
    ];

    /// <summary>
    /// Writes <c>program</c>, <c>programId</c> and <c>parsed</c>; false, with nothing written, when it cannot.
    /// </summary>
    internal static bool TryWrite(Utf8JsonWriter writer, ShownInstruction instruction, Address[] keys)
    {
        Address program = keys[instruction.ProgramIndex];
        if (Memos.Contains(program))
            return TryWriteMemo(writer, program, instruction.Data);

        (string name, ParsedInstruction? parsed) = Parse(program, instruction, keys);
        if (parsed is null || instruction.Accounts.Length == 0)
            return false;
        WriteProgram(writer, name, program);
        writer.WriteStartObject("parsed"u8);
        if (parsed.Info is not null)
        {
            writer.WritePropertyName("info"u8);
            parsed.Info.WriteTo(writer);
        }

        writer.WriteString("type"u8, parsed.Type);
        writer.WriteEndObject();
        return true;
    }

    private static (string Name, ParsedInstruction? Parsed) Parse(Address program, ShownInstruction instruction, Address[] keys)
    {
        var fields = new InstructionFields(instruction, keys);
        if (program == ProgramIds.System)
            return ("system", SystemInstructionJson.Parse(ref fields));
        if (program == ProgramIds.Token || program == ProgramIds.Token2022)
            return ("spl-token", TokenInstructionJson.Parse(ref fields, instruction.Data));
        if (program == ProgramIds.AssociatedToken)
            return ("spl-associated-token-account", AssociatedTokenInstructionJson.Parse(ref fields, instruction.Data));
        if (program == ProgramIds.BpfLoaderUpgradeable)
            return ("bpf-upgradeable-loader", LoaderInstructionJson.ParseUpgradeable(ref fields));
        if (program == ProgramIds.BpfLoader)
            return ("bpf-loader", LoaderInstructionJson.ParseFinal(ref fields));
        if (program == ProgramIds.AddressLookupTable)
            return ("address-lookup-table", LookupTableInstructionJson.Parse(ref fields));
        if (program == ProgramIds.Stake)
            return ("stake", StakeInstructionJson.Parse(ref fields));
        return program == ProgramIds.Vote ? ("vote", VoteInstructionJson.Parse(ref fields)) : ("", null);
    }

    private static bool TryWriteMemo(Utf8JsonWriter writer, Address program, byte[] data)
    {
        if (!Utf8.IsValid(data))
            return false;
        WriteProgram(writer, "spl-memo", program);
        writer.WriteString("parsed"u8, data);
        return true;
    }

    private static void WriteProgram(Utf8JsonWriter writer, string name, Address program)
    {
        writer.WriteString("program"u8, name);
        writer.WriteString("programId"u8, program.ToString());
    }
}
