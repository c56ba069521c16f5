using System.Globalization;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>CPU time of LiteSVM's process for a transaction, kind by kind: what <c>velox bench svm</c> is compared with.</summary>
/// <param name="peer">The process.</param>
/// <param name="count">Transactions of one measurement.</param>
public sealed class LiteSvmBench(LiteSvmPeer peer, int count)
{
    private static readonly byte[] Nothing = SbpfFile.Write(Velox.Bpf.Assembler.Assemble("mov64 r0, 0\nexit", Velox.Bpf.Dialect.SbpfV3).Text.Span);

    private readonly Keypair _payer = Keypair.FromSeed(new byte[32]);
    private Hash256 _blockhash;

    public static IReadOnlyList<string> Kinds { get; } =
        ["transfer, signature checked", "transfer", "SPL Token transfer", "p-token transfer", "no-op program", "5 no-op programs"];

    /// <summary>Microseconds of CPU time, user and system, for one transaction; all must succeed.</summary>
    public double Measure(string kind)
    {
        Create(kind);
        byte[][] transactions = [.. Enumerable.Range(0, count).Select(i => Sign(InstructionsOf(kind, i)))];
        var answer = new PeerAnswer(peer.Exchange(PeerRequest.Bench(transactions)));
        ulong micros = answer.UInt64();
        _ = answer.UInt64();
        uint failed = answer.UInt32();
        return failed == 0
            ? (double)micros / count
            : throw new InvalidOperationException($"{kind}: {failed} of {count} transactions failed in LiteSVM.");
    }

    /// <summary>Prints the median and the best of some runs of every kind.</summary>
    public void Print(int runs, TextWriter writer)
    {
        foreach (string kind in Kinds)
        {
            double[] micros = [.. Enumerable.Range(0, runs).Select(_ => Measure(kind)).Order()];
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"LiteSVM, {kind}: median {micros[runs / 2]:F1} µs, best {micros[0]:F1} µs of CPU time"));
        }
    }

    private void Create(string kind)
    {
        var options = new PeerOptions
        {
            CheckSignatures = kind == Kinds[0],
            CheckBlockhashes = kind == Kinds[0],
            FeaturesOff = kind == Kinds[2] ? [TokenFamily.PTokenFeature] : [],
        };
        _blockhash = Hash256.Parse(new PeerAnswer(peer.Exchange(PeerRequest.Create(options))).Text());
        Set(_payer.PublicKey, AccountState.Wallet(1_000_000 * World.Sol));
        Set(Program, new AccountState(Rent.MinimumBalance(Nothing.Length), ProgramIds.BpfLoader, true, Nothing));
        Set(Mint, Token(TokenStates.Mint(null, 1_000_000, 6, null)));
        Set(Source, Token(TokenStates.Account(Mint, _payer.PublicKey, 1_000_000)));
        Set(Destination, Token(TokenStates.Account(Mint, _payer.PublicKey, 0)));
    }

    private static Address Program { get; } = Named(1);

    private static Address Mint { get; } = Named(2);

    private static Address Source { get; } = Named(3);

    private static Address Destination { get; } = Named(4);

    private static Address Named(byte number) => new(Enumerable.Repeat(number, Address.Size).ToArray());

    private static AccountState Token(byte[] data) => new(Rent.MinimumBalance(data.Length), ProgramIds.Token, false, data);

    private void Set(Address address, AccountState account) => peer.Exchange(PeerRequest.SetAccount(address, account));

    private Instruction[] InstructionsOf(string kind, int number)
    {
        if (kind == Kinds[0] || kind == Kinds[1])
            return [SystemInstructions.Transfer(_payer.PublicKey, Named(9), 1_000_000 + (ulong)number)];
        if (kind == Kinds[2] || kind == Kinds[3])
            return [TokenInstructions.Transfer(Source, Destination, _payer.PublicKey, (ulong)(1 + (number % 4)))];
        // The number makes transactions different.
        var call = new Instruction(Program, ReadOnlyMemory<AccountMeta>.Empty, BitConverter.GetBytes(number));
        return [.. Enumerable.Repeat(call, kind == Kinds[4] ? 1 : 5)];
    }

    private byte[] Sign(Instruction[] instructions)
    {
        var builder = new TransactionBuilder(_payer.PublicKey) { RecentBlockhash = _blockhash };
        foreach (Instruction instruction in instructions)
            builder.Add(instruction);
        return builder.Sign(_payer);
    }
}
