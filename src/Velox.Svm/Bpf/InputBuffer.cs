using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Velox.Bpf;

namespace Velox.Svm;

/// <summary>The input of one program run: its accounts and instruction data, laid out as its entry point expects them.</summary>
/// <remarks>
/// <para>Layout: Agave program-runtime, serialization.rs; "aligned" for loaders v2 and v3, without gaps for loader v1. The program
/// works on this copy, and what it changed is read back and judged afterwards.</para>
/// <para>Native memory, reused: it grows to the largest input, at most 256 accounts of 10 MiB and what limits on loaded data
/// leave of that.</para>
/// </remarks>
internal sealed unsafe class InputBuffer : IDisposable
{
    /// <summary>Bytes by which a program may let an account grow in one instruction.</summary>
    internal const int MaxGrowthBytes = 10 * 1024;

    private const byte FirstMention = 0xff;
    private const int Alignment = 8;

    // First mention, aligned: marker, signer, writable, executable, 4 bytes; key; owner; lamports; length. Data follows.
    private const int AlignedHeaderBytes = 8 + 32 + 32 + 8 + 8;

    // First mention, unaligned: marker, signer, writable; key; lamports; length. After the data: owner, executable, rent epoch.
    private const int UnalignedHeaderBytes = 3 + 32 + 8 + 8;
    private const int UnalignedTrailerBytes = 32 + 1 + 8;

    private SerializedAccount[] _accounts = new SerializedAccount[16];

    // Where accounts may grow: zero, as programs seldom write there. Of this input, and of the one before until this is laid out.
    private SeldomWritten _rooms = new();
    private SeldomWritten _roomsBefore = new();
    private int _nextRoomBefore;
    private byte* _memory;
    private nuint _capacity;
    private ulong _length;
    private ulong _end;
    private bool _isAligned;

    /// <summary>Where the program finds the instruction's data.</summary>
    internal ulong DataAddress { get; private set; }

    /// <summary>Whether the layout is that of loaders v2 and v3; syscalls then check alignment too.</summary>
    internal bool IsAligned => _isAligned;

    /// <summary>An account of the instruction, as it was laid out; repeated ones are as their first mention.</summary>
    internal ref readonly SerializedAccount this[int position] => ref _accounts[position];

    /// <summary>Native memory must not depend on whether someone thought of <see cref="Dispose"/>.</summary>
    ~InputBuffer() => Free();

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    internal void MapInto(MemoryMap memory) => memory.MapNative(MemoryMap.InputAddress, _memory, _length, _rooms);

    /// <summary>Lays out an instruction.</summary>
    internal void Write(InvokeContext context, InstructionFrame frame, bool isAligned)
    {
        (_rooms, _roomsBefore) = (_roomsBefore, _rooms);
        _rooms.Clear();
        _nextRoomBefore = _roomsBefore.WrittenCount;
        _isAligned = isAligned;
        bool hasPointers = isAligned && context.Features.DirectAccountPointersInProgramInput;
        Reserve(Measure(context, frame) + (hasPointers ? (ulong)(Alignment + (frame.AccountCount * sizeof(ulong))) : 0));
        if (_accounts.Length < frame.AccountCount)
            _accounts = new SerializedAccount[InstructionFrame.MaxAccounts];

        _end = 0;
        WriteUInt64((ulong)frame.AccountCount);
        for (int i = 0; i < frame.AccountCount; i++)
        {
            int first = frame.PositionOf(frame.Accounts[i].TransactionIndex);
            if (first != i)
                WriteMentionedBefore(i, first);
            else if (isAligned)
                WriteAligned(i, context.Account(i));
            else
                WriteUnaligned(i, context.Account(i));
        }

        WriteUInt64((ulong)frame.Data.Length);
        DataAddress = Address;
        WriteBytes(frame.Data.Span);
        WriteBytes(frame.ProgramId.Span);
        if (hasPointers)
            WritePointers(frame.AccountCount);
        _length = _end;
    }

    /// <summary>Takes over what the program changed, account by account; the first illegal change is the error.</summary>
    internal InstructionError ReadBack(InvokeContext context, InstructionFrame frame)
    {
        for (int i = 0; i < frame.AccountCount; i++)
        {
            if (frame.PositionOf(frame.Accounts[i].TransactionIndex) != i)
                continue;
            ref SerializedAccount serialized = ref _accounts[i];
            AccountHandle account = context.Account(i);
            InstructionError error = _isAligned ? ReadAligned(in serialized, in account) : ReadUnaligned(in serialized, in account);
            if (error.IsError)
                return error;
        }

        return InstructionError.None;
    }

    private ulong Address => MemoryMap.InputAddress + _end;

    private static int PaddingOf(int length) => -length & (Alignment - 1);

    private ulong Measure(InvokeContext context, InstructionFrame frame)
    {
        ulong size = sizeof(ulong);
        for (int i = 0; i < frame.AccountCount; i++)
        {
            if (frame.PositionOf(frame.Accounts[i].TransactionIndex) != i)
            {
                size += _isAligned ? 8ul : 1ul;
                continue;
            }

            int length = context.Account(i).DataLength;
            size += _isAligned
                ? (ulong)(AlignedHeaderBytes + length + MaxGrowthBytes + PaddingOf(length) + sizeof(ulong))
                : (ulong)(UnalignedHeaderBytes + length + UnalignedTrailerBytes);
        }

        return size + sizeof(ulong) + (ulong)frame.Data.Length + 32;
    }

    private void Reserve(ulong bytes)
    {
        if (bytes <= _capacity)
            return;
        Free();
        _capacity = (nuint)Math.Max(bytes, 64 * 1024);
        // Host and program addresses are aligned alike: syscalls look at the latter only.
        _memory = (byte*)NativeMemory.AlignedAlloc(_capacity, 64);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _capacity = 0;
        _roomsBefore.Clear();
        _nextRoomBefore = 0;
    }

    private void WriteMentionedBefore(int position, int first)
    {
        _accounts[position] = _accounts[first];
        _memory[_end++] = (byte)first;
        if (!_isAligned)
            return;
        new Span<byte>(_memory + _end, 7).Clear();
        _end += 7;
    }

    private void WriteAligned(int position, in AccountHandle account)
    {
        ulong start = Address;
        int length = account.DataLength;
        byte* header = _memory + _end;
        *(ulong*)header = FirstMention
            | (account.IsSigner ? 1ul << 8 : 0) | (account.IsWritable ? 1ul << 16 : 0) | (account.IsExecutable ? 1ul << 24 : 0);
        *(Primitives.Address*)(header + 8) = account.Address;
        *(Primitives.Address*)(header + 40) = account.Owner;
        *(ulong*)(header + 72) = account.Lamports;
        *(ulong*)(header + 80) = (ulong)length;
        _end += AlignedHeaderBytes;
        _accounts[position] = new SerializedAccount(start, start + 8, start + 40, start + 72, Address, length);
        WriteBytes(account.Data);
        AddRoom(MaxGrowthBytes + PaddingOf(length));
        WriteUInt64(ulong.MaxValue); // rent epoch
    }

    /// <summary>Room for an account to grow, made zero where it was not a room before that nobody wrote to.</summary>
    private void AddRoom(int bytes)
    {
        ulong start = _end;
        _end += (ulong)bytes;
        _rooms.Add(start, _end);
        for (; _nextRoomBefore < _roomsBefore.Count; _nextRoomBefore++)
        {
            SeldomWritten.Part room = _roomsBefore[_nextRoomBefore];
            if (room.Start >= _end)
                break;
            if (room.Start > start)
                Clean(start, room.Start);
            start = Math.Max(start, room.End);
            if (start >= _end)
                return; // it may reach into the next one, too
        }

        Clean(start, _end);
    }

    private void Clean(ulong start, ulong end) => ZeroedMemory.Ensure(_memory + start, end - start);

    private void WriteUnaligned(int position, in AccountHandle account)
    {
        ulong start = Address;
        int length = account.DataLength;
        _memory[_end] = FirstMention;
        _memory[_end + 1] = account.IsSigner ? (byte)1 : (byte)0;
        _memory[_end + 2] = account.IsWritable ? (byte)1 : (byte)0;
        _end += 3;
        WriteBytes(account.Address.Span);
        WriteUInt64(account.Lamports);
        WriteUInt64((ulong)length);
        ulong data = Address;
        WriteBytes(account.Data);
        _accounts[position] = new SerializedAccount(start, start + 3, Address, start + 35, data, length);
        WriteBytes(account.Owner.Span);
        _memory[_end++] = account.IsExecutable ? (byte)1 : (byte)0;
        WriteUInt64(ulong.MaxValue); // rent epoch
    }

    /// <summary>SIMD-0449: where each account begins.</summary>
    private void WritePointers(int count)
    {
        int padding = PaddingOf((int)_end);
        new Span<byte>(_memory + _end, padding).Clear();
        _end += (ulong)padding;
        for (int i = 0; i < count; i++)
            WriteUInt64(_accounts[i].StartAddress);
    }

    private void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(_memory + _end, sizeof(ulong)), value);
        _end += sizeof(ulong);
    }

    private void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(new Span<byte>(_memory + _end, bytes.Length));
        _end += (ulong)bytes.Length;
    }

    private byte* HostOf(ulong address) => _memory + (address - MemoryMap.InputAddress);

    private InstructionError ReadAligned(in SerializedAccount serialized, in AccountHandle account)
    {
        ulong lamports = *(ulong*)HostOf(serialized.LamportsAddress);
        InstructionError error = lamports == account.Lamports ? InstructionError.None : account.SetLamports(lamports);
        if (error.IsError)
            return error;

        ulong length = *(ulong*)(HostOf(serialized.DataAddress) - sizeof(ulong));
        if (length > AccountHandle.MaxDataLength || (long)length - serialized.OriginalLength > MaxGrowthBytes)
            return InstructionErrorKind.InvalidRealloc;
        error = TakeData(in account, new ReadOnlySpan<byte>(HostOf(serialized.DataAddress), (int)length));
        if (error.IsError)
            return error;

        // Last, so that lamports and data could still be changed.
        var owner = *(Primitives.Address*)HostOf(serialized.OwnerAddress);
        return owner == account.Owner ? InstructionError.None : account.SetOwner(owner);
    }

    /// <summary>Loader v1: no growth, and owners stay.</summary>
    private InstructionError ReadUnaligned(in SerializedAccount serialized, in AccountHandle account)
    {
        ulong lamports = *(ulong*)HostOf(serialized.LamportsAddress);
        InstructionError error = lamports == account.Lamports ? InstructionError.None : account.SetLamports(lamports);
        return error.IsError
            ? error
            : TakeData(in account, new ReadOnlySpan<byte>(HostOf(serialized.DataAddress), serialized.OriginalLength));
    }

    /// <summary>Takes data over. An illegal change is an error; data left as it was is none.</summary>
    internal static InstructionError TakeData(in AccountHandle account, ReadOnlySpan<byte> data)
    {
        InstructionError error = account.CheckDataLength(data.Length);
        if (!error.IsError)
            return account.SetData(data);
        return data.SequenceEqual(account.Data) ? InstructionError.None : error;
    }
}

/// <summary>Where the parts of an account are in a program's input.</summary>
/// <param name="StartAddress">Its marker.</param>
/// <param name="KeyAddress">Its address, 32 bytes.</param>
/// <param name="OwnerAddress">Its owner, 32 bytes.</param>
/// <param name="LamportsAddress">u64.</param>
/// <param name="DataAddress">Its data; the length is the u64 before it.</param>
/// <param name="OriginalLength">Bytes of data when the program was entered.</param>
internal readonly record struct SerializedAccount(
    ulong StartAddress, ulong KeyAddress, ulong OwnerAddress, ulong LamportsAddress, ulong DataAddress, int OriginalLength);
