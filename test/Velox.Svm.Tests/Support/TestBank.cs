using Velox.Cryptography;
using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>A bank with a faucet, for tests: one block for each call unless the test opens blocks itself.</summary>
internal sealed class TestBank
{
    internal const ulong Sol = 1_000_000_000;
    internal const ulong FaucetLamports = 1_000_000 * Sol;

    private long _time = 1_700_000_000;
    private int _nextKey = 1;

    internal TestBank(params INativeProgram[] programs)
        : this(1, programs)
    {
    }

    internal TestBank(int workers, params INativeProgram[] programs)
        : this(workers, new ProgramRegistry([new SystemProgram(), new ComputeBudgetProgram(), .. programs]))
    {
    }

    internal TestBank(int workers, ProgramRegistry programs, GenesisAdditions? additions = null)
    {
        Identity = TestKeys.Stranger(-2);
        Programs = programs;
        Bank = new Bank(new Genesis(_time, Faucet.PublicKey, FaucetLamports, Identity) { Additions = additions ?? GenesisAdditions.None }, Programs, workers);
    }

    internal Bank Bank { get; }

    internal ProgramRegistry Programs { get; }

    internal static Keypair Faucet { get; } = TestKeys.Pair(-1);

    internal Address Identity { get; }

    /// <summary>A new key pair without an account.</summary>
    internal Keypair NewKey() => TestKeys.Pair(_nextKey++);

    /// <summary>A new key pair with lamports from the faucet.</summary>
    internal Keypair NewFunded(ulong lamports = 10 * Sol)
    {
        Keypair pair = NewKey();
        Fund(pair.PublicKey, lamports);
        return pair;
    }

    internal void Fund(Address address, ulong lamports) =>
        Send([SystemInstructions.Transfer(Faucet.PublicKey, address, lamports)], Faucet).Expect();

    internal ulong Balance(Address address) => Bank.Accounts.Find(address)?.Lamports ?? 0;

    internal Account Account(Address address)
    {
        Account? account = Bank.Accounts.Find(address);
        Assert.NotNull(account);
        return account;
    }

    /// <summary>Signs instructions; the first signer pays.</summary>
    internal byte[] Sign(IEnumerable<Instruction> instructions, params Keypair[] signers) =>
        Sign(Bank.LastHash, instructions, signers);

    internal static byte[] Sign(Hash256 blockhash, IEnumerable<Instruction> instructions, params Keypair[] signers)
    {
        var builder = new TransactionBuilder(signers[0].PublicKey) { RecentBlockhash = blockhash };
        foreach (Instruction instruction in instructions)
            builder.Add(instruction);
        CompiledMessage message = builder.CompileMessage();
        Signature[] signatures = [.. message.Signers.Select(address => SignatureOf(address, message, signers))];
        return message.Serialize(signatures);
    }

    internal SendResult Send(IEnumerable<Instruction> instructions, params Keypair[] signers) =>
        SendBytes(Sign(instructions, signers));

    internal SendResult Send(Instruction instruction, params Keypair[] signers) => Send([instruction], signers);

    /// <summary>One transaction in a block of its own.</summary>
    internal SendResult SendBytes(byte[] transaction) => SendBlock([[transaction]])[0];

    /// <summary>One block from several batches; the results stand in the order of the transactions.</summary>
    internal SendResult[] SendBlock(IEnumerable<byte[][]> batches)
    {
        Bank.BeginBlock(_time++);
        var sent = new List<InFlightTransaction>();
        foreach (byte[][] batch in batches)
        {
            InFlightTransaction[] transactions = [.. batch.Select(bytes => new InFlightTransaction(bytes))];
            Bank.Process(transactions);
            sent.AddRange(transactions);
        }

        Block block = Bank.EndBlock();
        return [.. sent.Select(transaction => new SendResult(transaction.Rejection, transaction.Record, block))];
    }

    internal void EmptyBlock() => SendBlock([]);

    internal void OpenBlock() => Bank.BeginBlock(_time++);

    /// <summary>One transaction as a batch of its own in a block that stays open.</summary>
    internal InFlightTransaction SendIntoOpenBlock(byte[] transaction)
    {
        var sent = new InFlightTransaction(transaction);
        Bank.Process([sent]);
        return sent;
    }

    // A signer without a key pair among the given ones stays unsigned, for tests of missing signatures.
    private static Signature SignatureOf(Address address, CompiledMessage message, Keypair[] signers) =>
        signers.FirstOrDefault(pair => pair.PublicKey == address)?.Sign(message.Bytes) ?? default;
}
