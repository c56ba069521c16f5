using System.Text.Json;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Transaction errors in Solana's shapes: a name, or an object of one name and its fields.</summary>
internal static class TransactionErrorJson
{
    /// <summary>Writes null for no error.</summary>
    internal static void WriteError(this Utf8JsonWriter writer, TransactionError error)
    {
        switch (error.Kind)
        {
            case TransactionErrorKind.None:
                writer.WriteNullValue();
                break;
            case TransactionErrorKind.InstructionError:
                writer.WriteStartObject();
                writer.WriteStartArray("InstructionError"u8);
                writer.WriteNumberValue(error.Index);
                WriteInstructionError(writer, error.Instruction);
                writer.WriteEndArray();
                writer.WriteEndObject();
                break;
            case TransactionErrorKind.DuplicateInstruction:
                writer.WriteStartObject();
                writer.WriteNumber("DuplicateInstruction"u8, error.Index);
                writer.WriteEndObject();
                break;
            // A fee payer that would fall below the rent minimum is account 0, so the index is there in all cases.
            case TransactionErrorKind.InsufficientFundsForRent:
            case TransactionErrorKind.ProgramExecutionTemporarilyRestricted:
                writer.WriteStartObject();
                writer.WriteStartObject(error.Kind.ToString());
                writer.WriteNumber("account_index"u8, error.Index);
                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
            default:
                writer.WriteStringValue(error.Kind.ToString());
                break;
        }
    }

    /// <summary>Writes <c>{"Ok":null}</c> or <c>{"Err":..}</c>.</summary>
    internal static void WriteStatus(this Utf8JsonWriter writer, TransactionError error)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(error.IsError ? "Err"u8 : "Ok"u8);
        writer.WriteError(error);
        writer.WriteEndObject();
    }

    private static void WriteInstructionError(Utf8JsonWriter writer, InstructionError error)
    {
        if (error.Kind != InstructionErrorKind.Custom)
        {
            writer.WriteStringValue(error.Kind.ToString());
            return;
        }

        writer.WriteStartObject();
        writer.WriteNumber("Custom"u8, error.CustomCode);
        writer.WriteEndObject();
    }
}
