using Velox.Primitives;

namespace Velox.Svm;

/// <summary>An authority of several keys. Its account is <see cref="Size"/> bytes (layout: SPL Token, state).</summary>
/// <remarks>A view: valid as long as the data it was read from.</remarks>
public readonly ref struct TokenMultisig
{
    public const int Size = 355;

    /// <summary>Most keys; at least one.</summary>
    public const int MaxSigners = 11;

    private const int SignersOffset = 3;

    private readonly ReadOnlySpan<byte> _data;

    private TokenMultisig(ReadOnlySpan<byte> data) => _data = data;

    /// <summary>How many of the keys must sign.</summary>
    public int RequiredSigners => _data[0];

    /// <summary>How many keys there are.</summary>
    public int SignerCount => _data[1];

    public bool IsInitialized => _data[2] == 1;

    /// <param name="index">Below <see cref="MaxSigners"/>.</param>
    public Address Signer(int index) => new(_data.Slice(SignersOffset + (index * Address.Size), Address.Size));

    /// <summary>Reads a multisig. Errors: InvalidAccountData, UninitializedAccount.</summary>
    public static InstructionError TryRead(ReadOnlySpan<byte> data, out TokenMultisig multisig)
    {
        InstructionError error = TryReadAny(data, out multisig);
        return error.IsError || multisig.IsInitialized ? error : InstructionErrorKind.UninitializedAccount;
    }

    /// <summary>Reads a multisig, initialized or not. Error: InvalidAccountData.</summary>
    internal static InstructionError TryReadAny(ReadOnlySpan<byte> data, out TokenMultisig multisig)
    {
        multisig = default;
        if (data.Length != Size || data[2] > 1)
            return InstructionErrorKind.InvalidAccountData;
        multisig = new TokenMultisig(data);
        return InstructionError.None;
    }

    /// <summary>Fills an account of that size. Errors as <see cref="AccountHandle.WriteData"/>.</summary>
    /// <param name="account">The account.</param>
    /// <param name="requiredSigners">How many keys must sign.</param>
    /// <param name="context">Holds the keys as accounts.</param>
    /// <param name="firstSigner">Index of the first key. Keys end the list: at most <see cref="MaxSigners"/>.</param>
    internal static InstructionError Save(
        AccountHandle account, byte requiredSigners, InvokeContext context, int firstSigner)
    {
        Span<byte> data = stackalloc byte[Size];
        account.Data.CopyTo(data);
        data[0] = requiredSigners;
        data[1] = (byte)(context.AccountCount - firstSigner);
        data[2] = 1;
        Span<byte> signers = data[SignersOffset..];
        for (int i = firstSigner; i < context.AccountCount; i++, signers = signers[Address.Size..])
            context.Account(i).Address.Span.CopyTo(signers);
        return TokenChecks.WriteIfChanged(account, data);
    }
}
