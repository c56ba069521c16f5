using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Loader v3: buffers that programs are uploaded into, and programs that can be deployed, upgraded and closed.</summary>
/// <remarks>
/// Checks, their order, errors and log lines are those of Agave 4.3 (programs/bpf_loader/src/lib.rs). This is the program that
/// manages; running the programs it owns is the runtime's.
/// </remarks>
public sealed class UpgradeableLoader : INativeProgram
{
    public Address Id => ProgramIds.BpfLoaderUpgradeable;

    public ulong ComputeUnits => 2_370;

    public InstructionError Execute(InvokeContext context)
    {
        if (!LoaderInstruction.TryParse(context.Data, out LoaderInstruction instruction))
            return InstructionErrorKind.InvalidInstructionData;
        return instruction.Tag switch
        {
            LoaderInstructionTag.InitializeBuffer => InitializeBuffer(context),
            LoaderInstructionTag.Write => Write(context, instruction),
            LoaderInstructionTag.DeployWithMaxDataLen => LoaderDeployment.Run(context, instruction.MaxDataLength),
            LoaderInstructionTag.Upgrade => LoaderUpgrade.Run(context),
            LoaderInstructionTag.SetAuthority => LoaderAuthority.Set(context),
            LoaderInstructionTag.Close => LoaderClosing.Run(context),
            LoaderInstructionTag.ExtendProgram => LoaderExtension.Run(context, instruction.AdditionalBytes),
            _ => LoaderAuthority.SetChecked(context),
        };
    }

    private static InstructionError InitializeBuffer(InvokeContext context)
    {
        InstructionError error = context.RequireListed(2);
        if (error.IsError)
            return error;
        AccountHandle buffer = context.Account(0);
        error = LoaderState.Read(buffer, out LoaderState state);
        if (error.IsError)
            return error;
        return state.Kind == LoaderStateKind.Uninitialized
            ? LoaderState.OfBuffer(context.Account(1).Address).WriteTo(buffer)
            : context.Refuse("Buffer account already initialized", InstructionErrorKind.AccountAlreadyInitialized);
    }

    private static InstructionError Write(InvokeContext context, in LoaderInstruction instruction)
    {
        InstructionError error = context.RequireListed(2);
        if (error.IsError)
            return error;
        AccountHandle buffer = context.Account(0);
        error = LoaderState.Read(buffer, out LoaderState state);
        if (error.IsError)
            return error;
        if (state.Kind != LoaderStateKind.Buffer)
            return context.Refuse("Invalid Buffer account", InstructionErrorKind.InvalidAccountData);
        error = LoaderAuthority.CheckBuffer(context, state);
        if (error.IsError)
            return error;

        error = buffer.TryGetWritableData(out TrackedMemory memory);
        if (error.IsError)
            return error;
        long start = LoaderState.BufferHeadSize + (long)instruction.Offset;
        long end = start + instruction.Bytes.Length;
        if (memory.Length < end)
            return context.Refuse($"Write overflow: {memory.Length} < {end}", InstructionErrorKind.AccountDataTooSmall);
        instruction.Bytes.CopyTo(memory.Write((int)start, instruction.Bytes.Length));
        return InstructionError.None;
    }
}
