using System.Buffers.Binary;
using System.Text;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Reads one answer of LiteSVM's process, field by field.</summary>
public ref struct PeerAnswer(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public Address Key() => new(Take(Address.Size));

    public byte[] Blob() => Take((int)UInt32()).ToArray();

    public string Text() => Encoding.UTF8.GetString(Take((int)UInt32()));

    public AccountState Account()
    {
        if (Byte() == 0)
            return AccountState.Absent;
        ulong lamports = UInt64();
        Address owner = Key();
        bool isExecutable = Byte() == 1;
        _ = UInt64();
        return new AccountState(lamports, owner, isExecutable, Blob());
    }

    /// <param name="watched">How many accounts were asked for.</param>
    public Outcome Outcome(int watched)
    {
        string error = Text();
        ulong units = UInt64();
        var logs = new string[UInt32()];
        for (int i = 0; i < logs.Length; i++)
            logs[i] = Text();
        Address returnProgram = Key();
        byte[] returnData = Blob();
        List<InnerCall> inner = InnerCalls();
        var accounts = new AccountState[watched];
        for (int i = 0; i < watched; i++)
            accounts[i] = Account();
        return new Outcome(error, units, logs, returnProgram, returnData, inner, accounts);
    }

    private List<InnerCall> InnerCalls()
    {
        var calls = new List<InnerCall>();
        int lists = UInt16();
        for (int top = 0; top < lists; top++)
        {
            for (int count = UInt16(); count > 0; count--)
            {
                byte program = Byte();
                byte height = Byte();
                byte[] accounts = Blob();
                calls.Add(new InnerCall(top, height, program, accounts, Blob()));
            }
        }

        return calls;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        ReadOnlySpan<byte> taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
