using Velox.Primitives;

namespace Velox.Svm.Tests;

/// <summary>A program that does to its accounts what none of the real ones does: grow, shrink, scribble, empty, give away.</summary>
/// <remarks>Data: what to do, a length or place (index into <see cref="Lengths"/>). Accounts: its own, another.</remarks>
internal sealed class ShapeProgram : INativeProgram
{
    /// <summary>Kinds of misuse that <see cref="Execute"/> knows.</summary>
    internal const int Kinds = 8;

    /// <summary>Around the borders of pages, where trees and snapshots change their shape.</summary>
    internal static readonly int[] Lengths = [0, 1, 165, 4_095, 4_096, 4_097, 8_192, 8_193, 20_000, 40_000];

    internal static readonly Address ProgramId = TestKeys.Stranger(333);

    public Address Id => ProgramId;

    public ulong ComputeUnits => 100;

    internal static Instruction Call(Address own, Address other, byte kind, byte length) => new(
        ProgramId, new[] { AccountMeta.Writable(own), AccountMeta.Writable(other) }, new[] { kind, length });

    public InstructionError Execute(InvokeContext context)
    {
        if (context.AccountCount < 2 || context.Data.Length < 2)
            return InstructionErrorKind.NotEnoughAccountKeys;
        AccountHandle own = context.Account(0);
        AccountHandle other = context.Account(1);
        int length = Lengths[context.Data[1] % Lengths.Length];
        return context.Data[0] switch
        {
            0 or 1 => own.SetDataLength(length),
            2 => own.WriteData(length, [0xAB, 0xCD]),
            3 => Move(own, other, own.Lamports),
            4 => own.SetDataLength(0) is { IsError: true } error ? error : own.SetOwner(ProgramIds.System),
            5 => own.SetDataLength(length).IsError ? default : InstructionErrorKind.GenericError,
            6 => Move(own, other, own.Lamports) is { IsError: true } error ? error : own.SetDataLength(length),
            _ => Move(own, other, own.Lamports / 2),
        };
    }

    private static InstructionError Move(AccountHandle from, AccountHandle to, ulong lamports)
    {
        InstructionError error = from.SubtractLamports(lamports);
        return error.IsError ? error : to.AddLamports(lamports);
    }
}
