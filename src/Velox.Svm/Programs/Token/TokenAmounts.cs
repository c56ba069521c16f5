using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Velox.Svm;

/// <summary>Wrapped SOL's balance, and instructions that only answer a question in the return data.</summary>
internal static class TokenAmounts
{
    internal static InstructionError SyncNative(InvokeContext context, TokenInstructionTag tag)
    {
        InstructionError error = new TokenFields([]).Begin(context, tag, 1);
        if (error.IsError)
            return error;
        AccountHandle handle = context.Account(0);
        error = TokenChecks.RequireOwnership(handle);
        if (error.IsError)
            return error;
        error = TokenAccount.TryRead(handle.Data, out TokenAccount account);
        if (error.IsError)
            return error;
        if (account.NativeReserve is not { } reserve)
            return TokenError.NonNativeNotSupported;
        if (handle.Lamports < reserve)
            return TokenError.Overflow;
        if (handle.Lamports - reserve < account.Amount)
            return TokenError.InvalidState;
        account.Amount = handle.Lamports - reserve;
        return account.Save(handle);
    }

    internal static InstructionError AccountDataSize(InvokeContext context, TokenInstructionTag tag)
    {
        InstructionError error = ReadMint(context, tag, new TokenFields([]), out _);
        return error.IsError ? error : Answer(context, TokenAccount.Size);
    }

    internal static InstructionError ToUiAmount(InvokeContext context, TokenInstructionTag tag, ref TokenFields fields)
    {
        ulong amount = fields.UInt64();
        InstructionError error = ReadMint(context, tag, fields, out TokenMint mint);
        return error.IsError ? error : context.SetReturnData(Encoding.ASCII.GetBytes(Format(amount, mint.Decimals)));
    }

    internal static InstructionError FromUiAmount(
        InvokeContext context, TokenInstructionTag tag, ref TokenFields fields)
    {
        ReadOnlySpan<byte> text = fields.Text();
        InstructionError error = ReadMint(context, tag, fields, out TokenMint mint);
        if (error.IsError)
            return error;
        return TryParse(text, mint.Decimals, out ulong amount)
            ? Answer(context, amount)
            : InstructionErrorKind.InvalidArgument;
    }

    /// <summary>An amount of atoms as a decimal number of tokens, without trailing zeros.</summary>
    internal static string Format(ulong amount, byte decimals)
    {
        string digits = amount.ToString(CultureInfo.InvariantCulture);
        if (decimals == 0)
            return digits;
        digits = digits.PadLeft(decimals + 1, '0');
        return $"{digits[..^decimals]}.{digits[^decimals..]}".TrimEnd('0').TrimEnd('.');
    }

    /// <summary>
    /// The atoms of a decimal number of tokens: digits, at most one point, no more decimal places than the mint has
    /// (trailing zeros aside), below 2^64. A leading plus passes, as in SPL Token.
    /// </summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, byte decimals, out ulong amount)
    {
        amount = 0;
        int point = text.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = point < 0 ? text : text[..point];
        ReadOnlySpan<byte> fraction = point < 0 ? [] : text[(point + 1)..].TrimEnd((byte)'0');
        if ((whole.IsEmpty && fraction.IsEmpty) || fraction.Length > decimals)
            return false;

        UInt128 value = 0;
        int digitCount = whole.Length + decimals;
        int firstDigit = whole is [(byte)'+', ..] ? 1 : 0;
        if (firstDigit == digitCount)
            return false;
        for (int i = firstDigit; i < digitCount; i++)
        {
            int inFraction = i - whole.Length;
            byte digit = inFraction < 0 ? whole[i] : inFraction < fraction.Length ? fraction[inFraction] : (byte)'0';
            if (!char.IsAsciiDigit((char)digit))
                return false;
            value = (value * 10) + (uint)(digit - '0');
            if (value > ulong.MaxValue)
                return false;
        }

        amount = (ulong)value;
        return true;
    }

    private static InstructionError ReadMint(
        InvokeContext context, TokenInstructionTag tag, TokenFields fields, out TokenMint mint)
    {
        mint = default;
        InstructionError error = fields.Begin(context, tag, 1);
        return error.IsError ? error : TokenChecks.TryReadOwnMint(context.Account(0), out mint);
    }

    private static InstructionError Answer(InvokeContext context, ulong number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        return context.SetReturnData(bytes);
    }
}
