using Velox.Primitives;

namespace Velox.Svm.Tests;

/// <summary>Instructions as short text: account n is the address of 32 bytes n; s = signer, w = writable.</summary>
internal static class InstructionText
{
    internal static Address Key(byte value) => new(PlainTransaction.Filled(32, value));

    internal static string Accounts(Instruction instruction) =>
        string.Join(',', instruction.Accounts.ToArray().Select(meta =>
            Name(meta.Address) + (meta.IsSigner ? "s" : "") + (meta.IsWritable ? "w" : "")));

    internal static string Data(Instruction instruction) => Convert.ToHexStringLower(instruction.Data.Span);

    private static string Name(Address address)
    {
        byte first = address.Span[0];
        return first != 0 && address == Key(first) ? $"{first}" : address.ToString();
    }
}
