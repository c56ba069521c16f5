namespace Velox.Svm;

/// <summary>One instruction in place, inside the bytes of its transaction.</summary>
public readonly ref struct InstructionView
{
    internal InstructionView(byte programIndex, ReadOnlySpan<byte> accounts, ReadOnlySpan<byte> data)
    {
        ProgramIndex = programIndex;
        Accounts = accounts;
        Data = data;
    }

    /// <summary>Index of the program among the static keys; 1 or more.</summary>
    public byte ProgramIndex { get; }

    /// <summary>At most 255 account indexes, each below <see cref="TransactionView.AccountCount"/>.</summary>
    public ReadOnlySpan<byte> Accounts { get; }

    public ReadOnlySpan<byte> Data { get; }
}
