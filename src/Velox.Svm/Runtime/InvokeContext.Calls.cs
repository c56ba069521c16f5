using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Calls of one program by another (Agave program-runtime, prepare_next_cpi_instruction).</summary>
public sealed partial class InvokeContext
{
    /// <summary>Calls another program with accounts of this transaction.</summary>
    /// <param name="instruction">What to call; its program and accounts must be accounts of the current instruction.</param>
    /// <param name="programSigners">Derived addresses of the running program, for which it signs.</param>
    /// <returns>
    /// The callee's error, or MissingAccount, PrivilegeEscalation, ReentrancyNotAllowed, UnbalancedInstruction (the lamports
    /// that the caller added and took differ), MaxInstructionTraceLengthExceeded, CallDepth. An error ends the caller too,
    /// whatever it returns: effects are undone by the transaction.
    /// </returns>
    public InstructionError Invoke(Instruction instruction, params ReadOnlySpan<Address> programSigners)
    {
        InstructionFrame frame = NextFrame;
        frame.Begin(instruction.ProgramId, -1, instruction.Data);
        InstructionError error = AddCallAccounts(frame, instruction.Accounts.Span);
        if (!error.IsError)
            error = PrepareCall(frame, programSigners);
        if (!error.IsError)
            error = Run(frame);
        if (error.IsError)
            _callFailure = error;
        return error;
    }

    /// <summary>Adds one account of a call; MissingAccount where the transaction does not have it.</summary>
    internal InstructionError AddCallAccount(InstructionFrame frame, Address address, bool isSigner, bool isWritable)
    {
        int index = _accounts.IndexOf(address);
        if (index < 0)
            return Missing(address);
        int first = frame.PositionOf(index);
        if (first >= 0)
        {
            // What any mention asks for, all get: first the first mention, and later the others (PrepareCall).
            ref InstructionAccount joined = ref frame.AccountAt(first);
            joined = new InstructionAccount(index, joined.IsSigner || isSigner, joined.IsWritable || isWritable);
            isSigner = joined.IsSigner;
            isWritable = joined.IsWritable;
        }

        frame.AddAccount(new InstructionAccount(index, isSigner, isWritable));
        return InstructionError.None;
    }

    /// <summary>Checks the rights that a call gives away, and finds its program.</summary>
    internal InstructionError PrepareCall(InstructionFrame frame, ReadOnlySpan<Address> programSigners)
    {
        InstructionFrame caller = Frame;
        for (int i = 0; i < frame.AccountCount; i++)
        {
            ref InstructionAccount account = ref frame.AccountAt(i);
            int first = frame.PositionOf(account.TransactionIndex);
            if (first != i)
            {
                InstructionAccount joined = frame.AccountAt(first);
                account = new InstructionAccount(
                    account.TransactionIndex, account.IsSigner || joined.IsSigner, account.IsWritable || joined.IsWritable);
                continue;
            }

            int held = caller.PositionOf(account.TransactionIndex);
            if (held < 0)
                return InstructionErrorKind.MissingAccount;
            InstructionAccount holds = caller.AccountAt(held);
            if (account.IsWritable && !holds.IsWritable)
                return Escalated(account.TransactionIndex, "writable");
            if (account.IsSigner && !holds.IsSigner && !programSigners.Contains(_accounts.Accounts[account.TransactionIndex].Address))
                return Escalated(account.TransactionIndex, "signer");
        }

        int program = _accounts.IndexOf(frame.ProgramId);
        if (program < 0 || caller.PositionOf(program) < 0)
        {
            _log.Begin().Append("Unknown program "u8).Append(frame.ProgramId).End();
            return InstructionErrorKind.MissingAccount;
        }

        frame.SetProgram(frame.ProgramId, program);
        return InstructionError.None;
    }

    /// <summary>Runs the call that was prepared in the next frame.</summary>
    internal InstructionError RunCall() => Run(NextFrame);

    private InstructionError AddCallAccounts(InstructionFrame frame, ReadOnlySpan<AccountMeta> metas)
    {
        foreach (AccountMeta meta in metas)
        {
            InstructionError error = AddCallAccount(frame, meta.Address, meta.IsSigner, meta.IsWritable);
            if (error.IsError)
                return error;
        }

        return InstructionError.None;
    }

    private InstructionError Missing(Address address)
    {
        _log.Begin().Append("Instruction references an unknown account "u8).Append(address).End();
        return InstructionErrorKind.MissingAccount;
    }

    private InstructionError Escalated(int transactionIndex, string privilege)
    {
        _log.Begin().Append(_accounts.Accounts[transactionIndex].Address).Append("'s "u8).Append(privilege)
            .Append(" privilege escalated"u8).End();
        return InstructionErrorKind.PrivilegeEscalation;
    }
}
