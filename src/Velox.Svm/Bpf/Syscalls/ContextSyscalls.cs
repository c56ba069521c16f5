using System.Buffers.Binary;
using Velox.Bpf;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Return data, stack height, units, sibling instructions (Agave syscalls, lib.rs).</summary>
internal static class ContextSyscalls
{
    private const int MetaBytes = Address.Size + 2;

    private static readonly SyscallFault Overlapping = new("Overlapping copy");

    internal static ulong SetReturnData(HostCall call)
    {
        ulong length = call.Argument2;
        if (!call.TryConsume((length / SyscallCost.BytesPerUnit) + SyscallCost.Base))
            return 0;
        if (length > InvokeContext.MaxReturnData)
            return call.Fail(new SyscallFault($"Return data too large ({length} > {InvokeContext.MaxReturnData})"));
        if (call.TryReadBytes(call.Argument1, length, out ReadOnlySpan<byte> data))
            call.Svm().SetReturnData(data);
        return 0;
    }

    internal static ulong GetReturnData(HostCall call)
    {
        if (!call.TryConsume(SyscallCost.Base))
            return 0;
        InvokeContext context = call.Svm();
        ReadOnlySpan<byte> data = context.ReturnBytes;
        ulong length = Math.Min(call.Argument2, (ulong)data.Length);
        if (length > 0)
        {
            if (!call.TryConsume((length + Address.Size) / SyscallCost.BytesPerUnit)
                || !call.TryWriteBytes(call.Argument1, length, out Span<byte> target)
                || !call.TryWriteBytes(call.Argument3, Address.Size, out Span<byte> program))
            {
                return 0;
            }

            if (target.Overlaps(program))
                return call.Fail(Overlapping);
            data[..(int)length].CopyTo(target);
            context.ReturnProgram.Span.CopyTo(program);
        }

        return (ulong)data.Length;
    }

    internal static ulong GetStackHeight(HostCall call) =>
        call.TryConsume(SyscallCost.Base) ? (ulong)call.Svm().StackHeight : 0;

    internal static ulong GetRemainingUnits(HostCall call) => call.TryConsume(SyscallCost.Base) ? call.RemainingUnits : 0;

    /// <summary>
    /// An instruction that ran before this one at the same level under the same caller, counted backwards: 1 where there is one. Its
    /// sizes are written where the caller's differ, else all of it.
    /// </summary>
    internal static ulong GetSibling(HostCall call)
    {
        if (!call.TryConsume(SyscallCost.Base))
            return 0;
        InvokeContext context = call.Svm();
        if (!TryFindSibling(context, call.Argument1, out Sibling sibling))
            return 0;
        if (!call.TryWriteMany(call.Argument2, 1, 2 * sizeof(ulong), sizeof(ulong), out Span<byte> header))
            return 0;
        Span<byte> accountCount = header[sizeof(ulong)..];
        if (BinaryPrimitives.ReadUInt64LittleEndian(header) == (ulong)sibling.DataLength
            && BinaryPrimitives.ReadUInt64LittleEndian(accountCount) == (ulong)sibling.AccountCount)
        {
            return WriteSibling(in call, context, in sibling, header);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)sibling.DataLength);
        BinaryPrimitives.WriteUInt64LittleEndian(accountCount, (ulong)sibling.AccountCount);
        return 1;
    }

    private static ulong WriteSibling(scoped in HostCall call, InvokeContext context, in Sibling sibling, Span<byte> header)
    {
        if (!call.TryWriteBytes(call.Argument3, Address.Size, out Span<byte> program)
            || !call.TryWriteBytes(call.Argument4, (ulong)sibling.DataLength, out Span<byte> data)
            || !call.TryWriteBytes(call.Argument5, (ulong)(sibling.AccountCount * MetaBytes), out Span<byte> accounts))
        {
            return 0;
        }

        if (program.Overlaps(data) || program.Overlaps(accounts) || program.Overlaps(header) || data.Overlaps(accounts)
            || data.Overlaps(header) || accounts.Overlaps(header))
        {
            return call.Fail(Overlapping);
        }

        context.Accounts.Accounts[sibling.ProgramIndex].Address.Span.CopyTo(program);
        sibling.CopyData(context, data);
        for (int i = 0; i < sibling.AccountCount; i++)
        {
            InstructionAccount account = sibling.Account(context, i);
            Span<byte> meta = accounts.Slice(i * MetaBytes, MetaBytes);
            context.Accounts.Accounts[account.TransactionIndex].Address.Span.CopyTo(meta);
            meta[Address.Size] = account.IsSigner ? (byte)1 : (byte)0;
            meta[Address.Size + 1] = account.IsWritable ? (byte)1 : (byte)0;
        }

        return 1;
    }

    private static bool TryFindSibling(InvokeContext context, ulong index, out Sibling sibling)
    {
        sibling = default;
        if (context.StackHeight == 1)
        {
            int current = context.Frame.TraceIndex;
            if (index >= (ulong)current)
                return false;
            sibling = Sibling.AtTopLevel(context, current - 1 - (int)index);
            return true;
        }

        // The current instruction is the last of its level in the trace.
        CallTrace trace = context.Trace;
        int caller = trace[context.Frame.TraceIndex - context.Message.InstructionCount].CallerTraceIndex;
        ulong seen = 0;
        for (int i = trace.Count - 1; i >= 0; i--)
        {
            ref readonly CallTrace.Call candidate = ref trace[i];
            if (candidate.CallerTraceIndex != caller)
                continue;
            if (seen == index + 1 && index != ulong.MaxValue)
            {
                sibling = Sibling.OfCall(i, in candidate);
                return true;
            }

            seen++;
        }

        return false;
    }

    /// <summary>An instruction of the transaction, or a call.</summary>
    private readonly record struct Sibling(int TraceIndex, bool IsCall, int ProgramIndex, int AccountCount, int DataLength)
    {
        internal static Sibling AtTopLevel(InvokeContext context, int index)
        {
            InstructionView view = context.Message.Instruction(index);
            return new Sibling(index, false, view.ProgramIndex, view.Accounts.Length, view.Data.Length);
        }

        internal static Sibling OfCall(int index, in CallTrace.Call call) =>
            new(index, true, call.ProgramIndex, call.AccountCount, call.DataLength);

        internal void CopyData(InvokeContext context, Span<byte> target)
        {
            if (IsCall)
                context.Trace.Data(in context.Trace[TraceIndex]).CopyTo(target);
            else
                context.Message.Instruction(TraceIndex).Data.CopyTo(target);
        }

        internal InstructionAccount Account(InvokeContext context, int position)
        {
            if (IsCall)
                return context.Trace.Account(in context.Trace[TraceIndex], position);
            int index = context.Message.Instruction(TraceIndex).Accounts[position];
            return new InstructionAccount(index, context.Accounts.Signers[index], context.Accounts.Writables[index]);
        }
    }
}
