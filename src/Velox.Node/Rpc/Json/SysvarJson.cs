using System.Buffers.Binary;
using System.Text.Json;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Sysvars as <c>jsonParsed</c> shows them (Agave account-decoder, parse_sysvar); layouts: <see cref="Sysvars"/>.</summary>
internal static class SysvarJson
{
    private const int EntrySize = sizeof(ulong) + Hash256.Size;

    /// <summary>Writes the data of a sysvar; false, with nothing written, for one that is not read here.</summary>
    internal static bool TryWrite(Utf8JsonWriter writer, Address id, byte[] data)
    {
        (string Type, int Size, Action<Utf8JsonWriter, byte[]> Write)? known = Find(id);
        if (known is not { } sysvar || data.Length < sysvar.Size)
            return false;
        writer.WriteStartObject();
        writer.WriteString("program"u8, "sysvar"u8);
        writer.WriteStartObject("parsed"u8);
        writer.WriteString("type"u8, sysvar.Type);
        writer.WritePropertyName("info"u8);
        sysvar.Write(writer, data);
        writer.WriteEndObject();
        writer.WriteNumber("space"u8, data.Length);
        writer.WriteEndObject();
        return true;
    }

    private static (string Type, int Size, Action<Utf8JsonWriter, byte[]> Write)? Find(Address id)
    {
        if (id == SysvarIds.Clock)
            return ("clock", Sysvars.ClockSize, WriteClock);
        if (id == SysvarIds.EpochSchedule)
            return ("epochSchedule", Sysvars.EpochScheduleSize, WriteEpochSchedule);
        if (id == SysvarIds.Rent)
            return ("rent", Sysvars.RentSize, WriteRent);
        if (id == SysvarIds.SlotHashes)
            return ("slotHashes", sizeof(ulong), WriteSlotHashes);
        if (id == SysvarIds.RecentBlockhashes)
            return ("recentBlockhashes", sizeof(ulong), WriteRecentBlockhashes);
        if (id == SysvarIds.LastRestartSlot)
            return ("lastRestartSlot", Sysvars.LastRestartSlotSize, WriteLastRestartSlot);
        return null;
    }

    private static void WriteClock(Utf8JsonWriter writer, byte[] data)
    {
        writer.WriteStartObject();
        writer.WriteNumber("epoch"u8, Word(data, 16));
        writer.WriteNumber("epochStartTimestamp"u8, (long)Word(data, 8));
        writer.WriteNumber("leaderScheduleEpoch"u8, Word(data, 24));
        writer.WriteNumber("slot"u8, Word(data, 0));
        writer.WriteNumber("unixTimestamp"u8, (long)Word(data, 32));
        writer.WriteEndObject();
    }

    private static void WriteEpochSchedule(Utf8JsonWriter writer, byte[] data)
    {
        writer.WriteStartObject();
        writer.WriteNumber("firstNormalEpoch"u8, Word(data, 17));
        writer.WriteNumber("firstNormalSlot"u8, Word(data, 25));
        writer.WriteNumber("leaderScheduleSlotOffset"u8, Word(data, 8));
        writer.WriteNumber("slotsPerEpoch"u8, Word(data, 0));
        writer.WriteBoolean("warmup"u8, data[16] != 0);
        writer.WriteEndObject();
    }

    private static void WriteRent(Utf8JsonWriter writer, byte[] data)
    {
        writer.WriteStartObject();
        writer.WriteString("lamportsPerByte"u8, Word(data, 0).ToString());
        writer.WriteEndObject();
    }

    private static void WriteLastRestartSlot(Utf8JsonWriter writer, byte[] data)
    {
        writer.WriteStartObject();
        writer.WriteNumber("lastRestartSlot"u8, Word(data, 0));
        writer.WriteEndObject();
    }

    /// <summary>A count, then slot and hash of each.</summary>
    private static void WriteSlotHashes(Utf8JsonWriter writer, byte[] data)
    {
        writer.WriteStartArray();
        for (int offset = sizeof(ulong), i = 0; i < Entries(data); i++, offset += EntrySize)
        {
            writer.WriteStartObject();
            writer.WriteString("hash"u8, new Hash256(data.AsSpan(offset + sizeof(ulong), Hash256.Size)).ToString());
            writer.WriteNumber("slot"u8, Word(data, offset));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>A count, then hash and fee of each.</summary>
    private static void WriteRecentBlockhashes(Utf8JsonWriter writer, byte[] data)
    {
        writer.WriteStartArray();
        for (int offset = sizeof(ulong), i = 0; i < Entries(data); i++, offset += EntrySize)
        {
            writer.WriteStartObject();
            writer.WriteString("blockhash"u8, new Hash256(data.AsSpan(offset, Hash256.Size)).ToString());
            writer.WriteStartObject("feeCalculator"u8);
            writer.WriteString("lamportsPerSignature"u8, Word(data, offset + Hash256.Size).ToString());
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static int Entries(byte[] data) => (int)Math.Min(Word(data, 0), (ulong)((data.Length - sizeof(ulong)) / EntrySize));

    private static ulong Word(byte[] data, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(offset));
}
