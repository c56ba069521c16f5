using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>The kinds of transactions that both runtimes are timed with, and the accounts that they need.</summary>
internal sealed class BenchTransactions
{
    internal const string CheckedTransfer = "transfer, signature checked";
    internal const string SplToken = "SPL Token transfer";
    internal const string PToken = "p-token transfer";
    private const string Transfer = "transfer";
    private const string NoOp = "no-op program";
    private const string NoOps = "5 no-op programs";
    private const ulong Supply = 1_000_000_000_000_000;

    private static readonly byte[] Nothing =
        SbpfFile.Write(Velox.Bpf.Assembler.Assemble("mov64 r0, 0\nexit", Velox.Bpf.Dialect.SbpfV3).Text.Span);

    internal static IReadOnlyList<string> Kinds { get; } = [CheckedTransfer, Transfer, SplToken, PToken, NoOp, NoOps];

    internal Keypair Payer { get; } = Keypair.FromSeed(new byte[32]);

    internal IReadOnlyList<(Address Address, AccountState State)> Accounts =>
    [
        (Payer.PublicKey, AccountState.Wallet(1_000_000 * World.Sol)),
        (Program, new AccountState(Rent.MinimumBalance(Nothing.Length), ProgramIds.BpfLoader, true, Nothing)),
        (Mint, Token(TokenStates.Mint(null, Supply, 6, null))),
        (Source, Token(TokenStates.Account(Mint, Payer.PublicKey, Supply))),
        (Destination, Token(TokenStates.Account(Mint, Payer.PublicKey, 0))),
    ];

    private static Address Program { get; } = Named(1);

    private static Address Mint { get; } = Named(2);

    private static Address Source { get; } = Named(3);

    private static Address Destination { get; } = Named(4);

    /// <summary>The n-th transaction of a kind, signed.</summary>
    internal byte[] Sign(string kind, int number, Hash256 blockhash)
    {
        var builder = new TransactionBuilder(Payer.PublicKey) { RecentBlockhash = blockhash };
        foreach (Instruction instruction in InstructionsOf(kind, number))
            builder.Add(instruction);
        return builder.Sign(Payer);
    }

    internal static Address Named(byte number) => new(Enumerable.Repeat(number, Address.Size).ToArray());

    private Instruction[] InstructionsOf(string kind, int number)
    {
        switch (kind)
        {
            case CheckedTransfer or Transfer:
                return [SystemInstructions.Transfer(Payer.PublicKey, Named(9), 1_000_000 + (ulong)number)];
            case SplToken or PToken:
                // The amount makes transactions different.
                return [TokenInstructions.Transfer(Source, Destination, Payer.PublicKey, 1 + (ulong)number)];
            default:
                // The number makes transactions different.
                var call = new Instruction(Program, ReadOnlyMemory<AccountMeta>.Empty, BitConverter.GetBytes(number));
                return [.. Enumerable.Repeat(call, kind == NoOp ? 1 : 5)];
        }
    }

    private static AccountState Token(byte[] data) => new(Rent.MinimumBalance(data.Length), ProgramIds.Token, false, data);
}
