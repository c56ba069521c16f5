using System.Buffers.Binary;
using Velox.Bpf;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>An account as a program that calls another one sees it: pointers into its memory.</summary>
/// <remarks>The pointers are into native or pinned memory of the caller's machine, whose regions stay mapped during the call.</remarks>
internal unsafe struct CallerAccount(byte* lamports, byte* owner, byte* length, ulong dataAddress, int originalLength)
{
    private byte* _data;

    internal readonly ulong* Lamports => (ulong*)lamports;

    internal readonly Address* Owner => (Address*)owner;

    /// <summary>What the caller says the data's length is.</summary>
    internal readonly ulong Length => BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(length, sizeof(ulong)));

    internal readonly ulong DataAddress => dataAddress;

    internal readonly int OriginalLength => originalLength;

    /// <summary>The caller's data, as long as it was last mapped.</summary>
    internal readonly Span<byte> Data => new(_data, DataLength);

    internal int DataLength { get; private set; }

    /// <summary>Position among the caller's accounts.</summary>
    internal int IndexInCaller { get; set; }

    /// <summary>Whether the callee may change it, so that the caller must see what it became.</summary>
    internal bool IsWritable { get; set; }

    /// <summary>Maps so many bytes of the data; false when the program has ended.</summary>
    internal bool TryMapData(scoped in HostCall call, ulong bytes, bool isRestricted)
    {
        if (isRestricted)
        {
            int reserved = originalLength + (call.Svm().ChecksAlignment ? InputBuffer.MaxGrowthBytes : 0);
            if (bytes > (ulong)reserved)
            {
                call.FailWith(InstructionErrorKind.InvalidRealloc);
                return false;
            }
        }

        if (!call.TryWriteBytes(dataAddress, bytes, out Span<byte> data))
            return false;
        _data = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(
            ref System.Runtime.InteropServices.MemoryMarshal.GetReference(data));
        DataLength = (int)bytes;
        return true;
    }

    internal readonly void SetLength(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(length, sizeof(ulong)), value);
}

/// <summary>The accounts of one call, kept in step between caller and callee (Agave program-runtime, cpi.rs).</summary>
internal sealed unsafe class CallerAccountList
{
    /// <summary>Most account infos of a call.</summary>
    internal const int MaxInfos = 255;

    private readonly CallerAccount[] _accounts = new CallerAccount[MaxInfos];
    private readonly Address[] _keys = new Address[MaxInfos];
    private int _count;

    /// <summary>Finds each account of the prepared call among the account infos; false when the program has ended.</summary>
    internal bool TryTranslate<TForm>(
        scoped in HostCall call, InvokeContext context, InstructionFrame callee, ReadOnlySpan<byte> infos, ulong infosAddress)
        where TForm : struct, ICallForm
    {
        _count = 0;
        int infoCount = infos.Length / TForm.InfoBytes;
        for (int i = 0; i < infoCount; i++)
        {
            if (!call.TryReadAddress(TForm.KeyAddress(infos[(i * TForm.InfoBytes)..]), out _keys[i]))
                return false;
        }

        for (int i = 0; i < callee.AccountCount; i++)
        {
            InstructionAccount account = callee.Accounts[i];
            if (callee.PositionOf(account.TransactionIndex) == i
                && !TryTranslateOne<TForm>(in call, context, account, infos, infosAddress))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Lets the callee see what the caller changed.</summary>
    internal bool TryUpdateCallees(scoped in HostCall call, InvokeContext context)
    {
        for (int i = 0; i < _count; i++)
        {
            InstructionError error = UpdateCallee(in _accounts[i], context.Account(_accounts[i].IndexInCaller));
            if (!error.IsError)
                continue;
            call.Fail(error);
            return false;
        }

        return true;
    }

    /// <summary>Lets the caller see what the callee changed.</summary>
    internal void TryUpdateCallers(scoped in HostCall call, InvokeContext context)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_accounts[i].IsWritable
                && !TryUpdateCaller(in call, context, ref _accounts[i], context.Account(_accounts[i].IndexInCaller)))
            {
                return;
            }
        }
    }

    private bool TryTranslateOne<TForm>(
        scoped in HostCall call, InvokeContext context, InstructionAccount account, ReadOnlySpan<byte> infos, ulong infosAddress)
        where TForm : struct, ICallForm
    {
        int indexInCaller = context.Frame.PositionOf(account.TransactionIndex);
        AccountHandle handle = context.Account(indexInCaller);
        if (handle.IsExecutable)
            return call.TryConsume((ulong)handle.DataLength / SyscallCost.BytesPerUnit);
        int position = _keys.AsSpan(0, infos.Length / TForm.InfoBytes).IndexOf(handle.Address);
        if (position < 0)
        {
            context.LogRaw($"Instruction references an unknown account {handle.Address}");
            call.FailWith(InstructionErrorKind.MissingAccount);
            return false;
        }

        bool isRestricted = context.Features.SyscallParameterAddressRestrictions;
        int offset = position * TForm.InfoBytes;
        ref CallerAccount target = ref _accounts[_count];
        if (!TForm.TryTranslate(
            in call, infos[offset..], infosAddress + (ulong)offset, in context.Bpf.CurrentInput[indexInCaller], isRestricted, out target))
        {
            return false;
        }

        if (isRestricted && !call.TryConsume(target.Length / SyscallCost.BytesPerUnit))
            return false;
        target.IndexInCaller = indexInCaller;
        target.IsWritable = account.IsWritable;
        _count++;
        return isRestricted || TryUpdateAtOnce(in call, in target, handle);
    }

    /// <summary>Without restrictions each account is brought up to date as soon as it is translated.</summary>
    private static bool TryUpdateAtOnce(scoped in HostCall call, in CallerAccount account, AccountHandle handle)
    {
        InstructionError error = UpdateCallee(in account, handle);
        if (error.IsError)
            call.Fail(error);
        return !error.IsError;
    }

    private static InstructionError UpdateCallee(in CallerAccount caller, AccountHandle callee)
    {
        InstructionError error = callee.Lamports == *caller.Lamports ? InstructionError.None : callee.SetLamports(*caller.Lamports);
        if (!error.IsError)
            error = InputBuffer.TakeData(in callee, caller.Data);
        if (error.IsError)
            return error;

        // Last, so that lamports and data could still be changed.
        return callee.Owner == *caller.Owner ? InstructionError.None : callee.SetOwner(*caller.Owner);
    }

    private static bool TryUpdateCaller(scoped in HostCall call, InvokeContext context, ref CallerAccount caller, AccountHandle callee)
    {
        *caller.Lamports = callee.Lamports;
        *caller.Owner = callee.Owner;
        ulong lengthBefore = caller.Length;
        int length = callee.DataLength;
        bool isRestricted = context.Features.SyscallParameterAddressRestrictions;
        int growth = isRestricted && !context.ChecksAlignment ? 0 : InputBuffer.MaxGrowthBytes;
        if (length > caller.OriginalLength + growth && (isRestricted || lengthBefore != (ulong)length))
        {
            context.LogRaw($"Account data size realloc limited to {growth} in inner instructions");
            call.FailWith(InstructionErrorKind.InvalidRealloc);
            return false;
        }

        if (lengthBefore != (ulong)length && !TryResize(in call, ref caller, lengthBefore, length, isRestricted))
            return false;
        if (caller.DataLength != length)
        {
            call.FailWith(InstructionErrorKind.AccountDataTooSmall);
            return false;
        }

        callee.Data.CopyTo(caller.Data);
        return true;
    }

    private static bool TryResize(scoped in HostCall call, ref CallerAccount caller, ulong lengthBefore, int length, bool isRestricted)
    {
        if ((ulong)length < lengthBefore)
        {
            if (length > caller.DataLength)
            {
                call.FailWith(InstructionErrorKind.AccountDataTooSmall);
                return false;
            }

            caller.Data[length..].Clear();
        }

        if (!caller.TryMapData(in call, (ulong)length, isRestricted))
            return false;
        caller.SetLength((ulong)length);

        // The length that the program's entry point was given stands before the data.
        if (!call.TryWriteMany(caller.DataAddress - sizeof(ulong), 1, sizeof(ulong), sizeof(ulong), out Span<byte> serialized))
            return false;
        BinaryPrimitives.WriteUInt64LittleEndian(serialized, (ulong)length);
        return true;
    }
}
