using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Velox.Bpf;

/// <summary>
/// What makes two programs the same to a run in its midst: dialect with added instructions, text and its address, functions, read-only data. SHA-256.
/// </summary>
internal static class ProgramHash
{
    internal static byte[] Of(ProgramImage image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Encoding.ASCII.GetBytes(image.Dialect.Name));
        foreach (AddedInstruction added in image.Dialect.AddedInstructions)
            Append(hash, added);
        Append(hash, image.TextAddress);
        Append(hash, image.Text.Span);
        Append(hash, image.ReadOnlyAddress);
        Append(hash, image.ReadOnlyData.Span);
        foreach ((uint key, FunctionSymbol function) in image.Functions.OrderBy(pair => pair.Key))
            Append(hash, ((ulong)key << 32) | (uint)function.Index);
        return hash.GetHashAndReset();
    }

    /// <summary>What it means to a program; its function is code, which a hash cannot see.</summary>
    private static void Append(IncrementalHash hash, AddedInstruction added)
    {
        Append(hash, Encoding.UTF8.GetBytes(added.Mnemonic));
        Append(hash, ((ulong)(uint)added.Key << 32) | ((ulong)added.Selector << 16) | ((ulong)added.Form << 8) | added.Opcode);
        Append(hash, added.PriceUnits);
        Append(hash, added.WritesDestination ? 1ul : 0);
    }

    /// <summary>With its length, so that no two lists of parts are the same bytes.</summary>
    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Append(hash, (ulong)part.Length);
        hash.AppendData(part);
    }

    private static void Append(IncrementalHash hash, ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}
