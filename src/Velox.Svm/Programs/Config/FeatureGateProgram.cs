using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Takes back a feature activation that is pending (solana-sdk, feature-gate-interface).</summary>
/// <remarks>
/// Instruction 0 (u8): 0 the feature's account (signs), 1 the incinerator, 2 system program. Accounts of this program switch no
/// feature here: a chain's feature set is given when it starts.
/// </remarks>
public sealed class FeatureGateProgram : INativeProgram
{
    private const uint FeatureAlreadyActivated = 0;

    public Address Id => ProgramIds.FeatureGate;

    public ulong ComputeUnits => 450;

    public InstructionError Execute(InvokeContext context)
    {
        if (context.Data is not [0, ..])
            return InstructionErrorKind.InvalidInstructionData;
        InstructionError error = context.RequireAccounts(3);
        if (error.IsError)
            return error;
        AccountHandle feature = context.Account(0);
        AccountHandle incinerator = context.Account(1);
        if (!feature.IsSigner)
            return InstructionErrorKind.MissingRequiredSignature;
        if (!feature.IsOwnedByCaller)
            return InstructionErrorKind.InvalidAccountOwner;
        var reader = new BincodeReader(feature.Data);
        bool isActivated = reader.Boolean();
        if (reader.HasFailed)
            return InstructionErrorKind.InvalidAccountData;
        if (isActivated)
            return InstructionError.Custom(FeatureAlreadyActivated);
        if (incinerator.Address != ProgramIds.Incinerator)
            return InstructionErrorKind.InvalidArgument;

        error = incinerator.AddLamports(feature.Lamports);
        if (!error.IsError)
            error = feature.SubtractLamports(feature.Lamports);
        if (!error.IsError)
            error = feature.SetDataLength(0);
        return error.IsError ? error : feature.SetOwner(ProgramIds.System);
    }
}
