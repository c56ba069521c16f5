namespace Velox.Svm;

/// <summary>The calls that programs of a transaction have made, in order: for clients, and for programs that look at siblings.</summary>
/// <remarks>At most 64 of them (<see cref="InvokeContext.MaxInstructionTrace"/>), their accounts and data in one buffer.</remarks>
internal sealed class CallTrace
{
    private readonly Call[] _calls = new Call[InvokeContext.MaxInstructionTrace];
    private byte[] _buffer = new byte[512];
    private int _end;

    internal int Count { get; private set; }

    internal ref readonly Call this[int index] => ref _calls[index];

    internal void Clear()
    {
        Count = 0;
        _end = 0;
    }

    internal void Add(InstructionFrame frame, int topLevelIndex, int stackHeight, int callerTraceIndex)
    {
        int accountBytes = frame.AccountCount * 2;
        ReadOnlySpan<byte> data = frame.Data.Span;
        int end = _end + accountBytes + data.Length;
        if (end > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(end, _buffer.Length * 2));
        _calls[Count++] = new Call(
            callerTraceIndex, (byte)topLevelIndex, (byte)stackHeight, (byte)frame.ProgramIndex, _end, frame.AccountCount, data.Length);
        foreach (InstructionAccount account in frame.Accounts)
        {
            _buffer[_end++] = (byte)account.TransactionIndex;
            _buffer[_end++] = (byte)((account.IsSigner ? 1 : 0) | (account.IsWritable ? 2 : 0));
        }

        data.CopyTo(_buffer.AsSpan(_end));
        _end = end;
    }

    internal InstructionAccount Account(in Call call, int position)
    {
        int offset = call.Offset + (position * 2);
        byte flags = _buffer[offset + 1];
        return new InstructionAccount(_buffer[offset], (flags & 1) != 0, (flags & 2) != 0);
    }

    internal ReadOnlySpan<byte> Data(in Call call) => _buffer.AsSpan(call.Offset + (call.AccountCount * 2), call.DataLength);

    /// <summary>All calls, and their accounts and data.</summary>
    internal ReadOnlySpan<Call> Calls => _calls.AsSpan(0, Count);

    internal ReadOnlySpan<byte> Buffer => _buffer.AsSpan(0, _end);

    /// <summary>The calls as clients see them.</summary>
    internal static InnerInstruction[] ToInnerInstructions(ReadOnlySpan<Call> calls, ReadOnlySpan<byte> buffer)
    {
        if (calls.IsEmpty)
            return [];
        var instructions = new InnerInstruction[calls.Length];
        for (int i = 0; i < instructions.Length; i++)
        {
            Call call = calls[i];
            byte[] accounts = new byte[call.AccountCount];
            for (int k = 0; k < accounts.Length; k++)
                accounts[k] = buffer[call.Offset + (k * 2)];
            byte[] data = buffer.Slice(call.Offset + (call.AccountCount * 2), call.DataLength).ToArray();
            instructions[i] = new InnerInstruction(call.TopLevelIndex, call.StackHeight, call.ProgramIndex, accounts, data);
        }

        return instructions;
    }

    /// <summary>One call.</summary>
    /// <param name="CallerTraceIndex">The caller's <see cref="InstructionFrame.TraceIndex"/>.</param>
    /// <param name="TopLevelIndex">The transaction's instruction within which it ran.</param>
    /// <param name="StackHeight">2 for a call by a top-level instruction.</param>
    /// <param name="ProgramIndex">The program's position among the transaction's accounts.</param>
    /// <param name="Offset">Where its accounts begin in the buffer, two bytes each; its data follows.</param>
    /// <param name="AccountCount">How many accounts.</param>
    /// <param name="DataLength">Bytes of data.</param>
    internal readonly record struct Call(
        int CallerTraceIndex, byte TopLevelIndex, byte StackHeight, byte ProgramIndex, int Offset, int AccountCount, int DataLength);
}
