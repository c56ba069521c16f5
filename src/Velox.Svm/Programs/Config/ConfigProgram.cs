using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Stores data that the signers listed in it may replace (validator names, for instance).</summary>
/// <remarks>
/// Account and instruction hold a list of keys, each with whether it must sign (compact-u16 count; 32 bytes and a 0 or 1),
/// then any data. Runs natively what is BPF code on Solana: accounts and errors are meant to be the same, compute units are not.
/// </remarks>
public sealed class ConfigProgram : INativeProgram
{
    public Address Id => ProgramIds.Config;

    public ulong ComputeUnits => 450;

    public InstructionError Execute(InvokeContext context)
    {
        if (!TryReadKeys(context.Data, out List<(Address Key, bool IsSigner)> keys))
            return InstructionErrorKind.InvalidInstructionData;
        InstructionError error = context.RequireAccounts(1);
        if (error.IsError)
            return error;
        AccountHandle config = context.Account(0);
        if (!config.IsOwnedByCaller)
            return InstructionErrorKind.InvalidAccountOwner;
        if (!TryReadKeys(config.Data, out List<(Address Key, bool IsSigner)> stored))
            return InstructionErrorKind.InvalidAccountData;

        error = CheckSigners(context, config, keys, stored);
        if (error.IsError)
            return error;
        if (keys.Distinct().Count() != keys.Count)
            return Refuse(context, "new config contains duplicate keys", InstructionErrorKind.InvalidArgument);
        int signers = keys.Count(key => key.IsSigner);
        int storedSigners = stored.Count(key => key.IsSigner);
        if (storedSigners > signers)
        {
            return Refuse(
                context, $"too few signers: {signers}; expected: {storedSigners}",
                InstructionErrorKind.MissingRequiredSignature);
        }

        return config.DataLength < context.Data.Length
            ? Refuse(context, "instruction data too large", InstructionErrorKind.InvalidInstructionData)
            : config.WriteData(0, context.Data);
    }

    /// <summary>The signers stand among the accounts in the order of the list, behind the config account.</summary>
    private static InstructionError CheckSigners(
        InvokeContext context, in AccountHandle config, List<(Address Key, bool IsSigner)> keys,
        List<(Address Key, bool IsSigner)> stored)
    {
        bool isNew = !stored.Exists(key => key.IsSigner);
        if (isNew && !config.IsSigner)
            return InstructionErrorKind.MissingRequiredSignature;
        int index = 0;
        foreach ((Address signer, _) in keys.Where(key => key.IsSigner))
        {
            index++;
            if (signer == config.Address)
            {
                if (!config.IsSigner)
                    return Refuse(context, "account[0].signer_key().is_none()", InstructionErrorKind.MissingRequiredSignature);
                continue;
            }

            if (index >= context.AccountCount)
                return Refuse(context, $"account {signer} is not in account list", InstructionErrorKind.MissingRequiredSignature);
            AccountHandle account = context.Account(index);
            if (!account.IsSigner)
                return Refuse(context, $"account {signer} signer_key().is_none()", InstructionErrorKind.MissingRequiredSignature);
            if (account.Address != signer)
            {
                return Refuse(
                    context, $"account[{index}].signer_key() does not match Config data)",
                    InstructionErrorKind.MissingRequiredSignature);
            }

            if (stored.Count > 0 && !stored.Contains((signer, true)))
            {
                return Refuse(
                    context, $"account {signer} is not in stored signer list", InstructionErrorKind.MissingRequiredSignature);
            }
        }

        return InstructionError.None;
    }

    private static bool TryReadKeys(ReadOnlySpan<byte> data, out List<(Address Key, bool IsSigner)> keys)
    {
        keys = [];
        if (CompactU16.Decode(data, out ushort count, out int read) != WireError.None)
            return false;
        var reader = new BincodeReader(data[read..]);
        for (int i = 0; i < count && !reader.HasFailed; i++)
            keys.Add((reader.Address(), reader.Boolean()));
        return !reader.HasFailed;
    }

    private static InstructionError Refuse(InvokeContext context, string text, InstructionErrorKind error)
    {
        context.Log(text);
        return error;
    }
}
