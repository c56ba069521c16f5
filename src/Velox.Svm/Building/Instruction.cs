using Velox.Primitives;

namespace Velox.Svm;

/// <summary>An instruction with full addresses; <see cref="TransactionBuilder"/> compiles it.</summary>
public sealed class Instruction
{
    /// <param name="programId">The program to call.</param>
    /// <param name="accounts">The accounts in the order that the program expects; kept, not copied.</param>
    /// <param name="data">The program's own format; kept, not copied.</param>
    public Instruction(Address programId, ReadOnlyMemory<AccountMeta> accounts, ReadOnlyMemory<byte> data)
    {
        ProgramId = programId;
        Accounts = accounts;
        Data = data;
    }

    public Address ProgramId { get; }

    public ReadOnlyMemory<AccountMeta> Accounts { get; }

    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The same for another program.</summary>
    internal Instruction To(Address program) => new(program, Accounts, Data);
}
