namespace Velox.Svm;

/// <summary>Loader v3: the buffer that a deployment or an upgrade takes its ELF from.</summary>
internal static class LoaderBuffer
{
    /// <summary>
    /// The buffer is writable, the loader's, and has the authority that the instruction names and that signed.
    /// Errors, in this order: InvalidArgument, IncorrectProgramId, InvalidAccountData (no state), InvalidArgument (no
    /// buffer), IncorrectAuthority, MissingRequiredSignature.
    /// </summary>
    internal static InstructionError Check(InvokeContext context, in AccountHandle buffer, in AccountHandle authority)
    {
        if (!buffer.IsWritable)
            return context.Refuse("Buffer account not writeable", InstructionErrorKind.InvalidArgument);
        if (!buffer.IsOwnedByCaller)
            return context.Refuse("Buffer account not owned by loader", InstructionErrorKind.IncorrectProgramId);
        InstructionError error = LoaderState.Read(buffer, out LoaderState state);
        if (error.IsError)
            return error;
        if (state.Kind != LoaderStateKind.Buffer)
            return context.Refuse("Invalid Buffer account", InstructionErrorKind.InvalidArgument);
        if (state.Authority != authority.Address)
            return context.Refuse("Buffer and upgrade authority don't match", InstructionErrorKind.IncorrectAuthority);
        if (!authority.IsSigner)
            return context.Refuse("Upgrade authority did not sign", InstructionErrorKind.MissingRequiredSignature);
        return buffer.DataLength > LoaderState.BufferHeadSize
            ? InstructionError.None
            : context.Refuse("Buffer account too small", InstructionErrorKind.InvalidAccountData);
    }

    internal static ReadOnlySpan<byte> Elf(in AccountHandle buffer) => buffer.Data[LoaderState.BufferHeadSize..];
}
