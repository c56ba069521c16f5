using System.Text.Json;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// Accounts of loader v3, lookup tables and durable nonces as <c>jsonParsed</c> shows them (Agave account-decoder,
/// parse_bpf_loader, parse_address_lookup_table, parse_nonce).
/// </summary>
internal static class ProgramAccountJson
{
    /// <summary>Whether the account may be one of those; a wallet without data is none.</summary>
    internal static bool IsKnown(in AccountContent account) => account.Owner == ProgramIds.BpfLoaderUpgradeable
        || account.Owner == ProgramIds.AddressLookupTable
        || (account.Owner == ProgramIds.System && account.DataLength > 0);

    /// <summary>Writes the data; false, with nothing written, when it is none of what the owner's accounts are.</summary>
    internal static bool TryWrite(Utf8JsonWriter writer, Address owner, byte[] data)
    {
        if (owner == ProgramIds.BpfLoaderUpgradeable)
            return TryWriteLoaderAccount(writer, data);
        return owner == ProgramIds.AddressLookupTable ? TryWriteTable(writer, data) : TryWriteNonce(writer, data);
    }

    private static bool TryWriteLoaderAccount(Utf8JsonWriter writer, byte[] data)
    {
        if (!LoaderState.TryRead(data, out LoaderState state))
            return false;
        Start(writer, "bpf-upgradeable-loader"u8, state.Kind switch
        {
            LoaderStateKind.Buffer => "buffer"u8,
            LoaderStateKind.Program => "program"u8,
            LoaderStateKind.ProgramData => "programData"u8,
            _ => "uninitialized"u8,
        });
        if (state.Kind == LoaderStateKind.Program)
        {
            writer.WriteStartObject("info"u8);
            writer.WriteString("programData"u8, state.ProgramData.ToString());
            writer.WriteEndObject();
        }
        else if (state.Kind is LoaderStateKind.Buffer or LoaderStateKind.ProgramData)
        {
            WriteCode(writer, state, data);
        }

        End(writer, data);
        return true;
    }

    /// <summary>What follows the head, which without an authority is shorter here than the loader takes it to be.</summary>
    private static void WriteCode(Utf8JsonWriter writer, LoaderState state, byte[] data)
    {
        writer.WriteStartObject("info"u8);
        writer.WriteString("authority"u8, state.Authority?.ToString());
        writer.WriteStartArray("data"u8);
        writer.WriteBase64StringValue(data.AsSpan(Math.Min(state.SerializedSize, data.Length)));
        writer.WriteStringValue("base64"u8);
        writer.WriteEndArray();
        if (state.Kind == LoaderStateKind.ProgramData)
            writer.WriteNumber("slot"u8, state.Slot);
        writer.WriteEndObject();
    }

    private static bool TryWriteTable(Utf8JsonWriter writer, byte[] data)
    {
        InstructionError error = LookupTableState.Read(data, out LookupTableState table);
        if (error.IsError && error.Kind != InstructionErrorKind.UninitializedAccount)
            return false;
        Start(writer, "address-lookup-table"u8, error.IsError ? "uninitialized"u8 : "lookupTable"u8);
        if (!error.IsError)
            WriteTable(writer, table, data);
        End(writer, data);
        return true;
    }

    private static void WriteTable(Utf8JsonWriter writer, LookupTableState table, byte[] data)
    {
        writer.WriteStartObject("info"u8);
        writer.WriteStartArray("addresses"u8);
        for (int i = 0; i < table.AddressCount; i++)
            writer.WriteStringValue(new Address(data.AsSpan(LookupTableState.HeadSize + (i * Address.Size), Address.Size)).ToString());
        writer.WriteEndArray();
        if (table.Authority is { } authority)
            writer.WriteString("authority"u8, authority.ToString());
        writer.WriteString("deactivationSlot"u8, table.DeactivationSlot.ToString());
        writer.WriteString("lastExtendedSlot"u8, table.LastExtendedSlot.ToString());
        writer.WriteNumber("lastExtendedSlotStartIndex"u8, table.LastExtendedStart);
        writer.WriteEndObject();
    }

    private static bool TryWriteNonce(Utf8JsonWriter writer, byte[] data)
    {
        if (!NonceAccount.TryRead(data, out NonceAccount nonce) || !nonce.IsInitialized)
            return false;
        Start(writer, "nonce"u8, "initialized"u8);
        writer.WriteStartObject("info"u8);
        writer.WriteString("authority"u8, nonce.Authority.ToString());
        writer.WriteString("blockhash"u8, nonce.Nonce.ToString());
        writer.WriteStartObject("feeCalculator"u8);
        writer.WriteString("lamportsPerSignature"u8, nonce.LamportsPerSignature.ToString());
        writer.WriteEndObject();
        writer.WriteEndObject();
        End(writer, data);
        return true;
    }

    private static void Start(Utf8JsonWriter writer, ReadOnlySpan<byte> program, ReadOnlySpan<byte> type)
    {
        writer.WriteStartObject();
        writer.WriteString("program"u8, program);
        writer.WriteStartObject("parsed"u8);
        writer.WriteString("type"u8, type);
    }

    private static void End(Utf8JsonWriter writer, byte[] data)
    {
        writer.WriteEndObject();
        writer.WriteNumber("space"u8, data.Length);
        writer.WriteEndObject();
    }
}
