using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>Entering and leaving programs (Agave program-runtime, invoke_context; transaction-context).</summary>
public sealed partial class InvokeContext
{
    /// <summary>Runs a transaction's instructions in order, up to the first that fails.</summary>
    internal TransactionError RunMessage()
    {
        ref readonly TransactionView message = ref Message;
        for (int i = 0; i < message.InstructionCount; i++)
        {
            InstructionView instruction = message.Instruction(i);
            InstructionFrame frame = _frames[0];
            frame.Begin(_accounts.Accounts[instruction.ProgramIndex].Address, instruction.ProgramIndex, message.DataOf(instruction));
            foreach (byte index in instruction.Accounts)
                frame.AddAccount(new InstructionAccount(index, _accounts.Signers[index], _accounts.Writables[index]));
            InstructionError error = RunTopLevel(i, frame);
            if (error.IsError)
                return TransactionError.AtInstruction(i, error);
        }

        return TransactionError.None;
    }

    /// <summary>Runs the instruction in the first frame.</summary>
    internal InstructionError RunTopLevel(int index, InstructionFrame frame)
    {
        _topLevelIndex = index;
        frame.TraceIndex = index;
        return _accounts.Keys.Names(KeyRoles.Precompile) && Precompile.Find(in frame.Program) is { } precompile
            ? RunPrecompile(precompile, frame)
            : Run(frame);
    }

    /// <summary>The frame of the top level, for a caller that fills it by itself.</summary>
    internal InstructionFrame TopFrame => _frames[0];

    /// <summary>Runs the instruction in the next frame.</summary>
    private InstructionError Run(InstructionFrame frame)
    {
        InstructionError error = Push(frame);
        if (error.IsError)
            return error;
        error = Execute(frame);
        bool isBalanced = _lamportSurplus == 0;
        StackHeight--;
        if (error.IsError)
            return error;
        return isBalanced ? InstructionError.None : InstructionErrorKind.UnbalancedInstruction;
    }

    /// <summary>A precompile takes no units and leaves no line in the log.</summary>
    private InstructionError RunPrecompile(Precompile precompile, InstructionFrame frame)
    {
        InstructionError error = Push(frame);
        if (error.IsError)
            return error;
        error = precompile.Verify(frame.Data.Span, in Message);
        StackHeight--;
        return error;
    }

    private InstructionError Push(InstructionFrame frame)
    {
        InstructionError error = CheckReentrancy(frame.ProgramIndex);
        if (error.IsError)
            return error;
        if (StackHeight > 0 && _lamportSurplus != 0)
            return InstructionErrorKind.UnbalancedInstruction;
        if (_traceLength >= MaxInstructionTrace)
            return InstructionErrorKind.MaxInstructionTraceLengthExceeded;
        _traceLength++;
        if (StackHeight > 0)
        {
            frame.TraceIndex = Message.InstructionCount + Trace.Count;
            Trace.Add(frame, _topLevelIndex, StackHeight + 1, Frame.TraceIndex);
        }

        if (StackHeight >= StackLimit)
            return InstructionErrorKind.CallDepth;
        StackHeight++;
        if (_instructionsSysvar is not null)
            InstructionsSysvar.SetCurrent(_instructionsSysvar, _topLevelIndex);
        return InstructionError.None;
    }

    /// <summary>A program may call itself directly, but not come back through another.</summary>
    private InstructionError CheckReentrancy(int programIndex)
    {
        if (StackHeight == 0 || Frame.ProgramIndex == programIndex)
            return InstructionError.None;
        for (int i = 0; i < StackHeight - 1; i++)
        {
            if (_frames[i].ProgramIndex == programIndex)
                return InstructionErrorKind.ReentrancyNotAllowed;
        }

        return InstructionError.None;
    }

    private InstructionError Execute(InstructionFrame frame)
    {
        Account account = _accounts.Accounts[frame.ProgramIndex];
        INativeProgram? native = account.Owner == ProgramIds.NativeLoader ? _programs.Find(frame.ProgramId) : null;
        if (native is null && !Loaders.IsLoader(account.Owner))
            return InstructionErrorKind.UnsupportedProgramId;

        _returnDataLength = 0;
        _returnDataProgram = frame.ProgramId;
        _log.Begin().Append("Program "u8).Append(frame.ProgramId).Append(" invoke ["u8).Append((ulong)StackHeight).Append("]"u8).End();
        ulong unitsBefore = RemainingUnits;
        InstructionError error = native is not null ? ExecuteNative(native) : _bpf.Execute(frame, account);
        LogEnd(frame.ProgramId, error);
        return native is not null && !error.IsError && RemainingUnits == unitsBefore
            ? InstructionErrorKind.BuiltinProgramsMustConsumeComputeUnits
            : error;
    }

    private InstructionError ExecuteNative(INativeProgram program)
    {
        InstructionError error = Consume(program.ComputeUnits);
        if (error.IsError)
            return error;
        try
        {
            error = program.Execute(this);
            if (!error.IsError)
                error = _callFailure;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // A defect of a program ends its transaction, not the chain: what it did is undone. The text names the kind
            // of fault only, because messages may differ between machines and logs should not.
            _log.Add($"Program fault: {fault.GetType().Name}");
            return InstructionErrorKind.ProgramFailedToComplete;
        }

        if (_returnDataLength > 0)
            LogReturn();
        return error;
    }

    private void LogEnd(Address program, InstructionError error)
    {
        _log.Begin().Append("Program "u8).Append(program);
        if (!error.IsError)
            _log.Append(" success"u8).End();
        else if (_faultText is { } fault)
            _log.Append(" failed: "u8).Append(fault).End();
        else
            _log.Append(" failed: "u8).Append(error).End();
        _faultText = null;
    }

    /// <summary>"Program return: id base64".</summary>
    internal void LogReturn() =>
        _log.Begin().Append("Program return: "u8).Append(ProgramId).Append(" "u8).AppendBase64(ReturnBytes).End();
}
