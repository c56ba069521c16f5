using Velox.Cryptography;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>Transactions of the environment.</summary>
public sealed partial class SvmEnvironment
{
    /// <summary>Most transactions in one <see cref="SendAll"/>.</summary>
    public const int MaxBatch = Bank.MaxTransactionsPerBlock;

    /// <summary>Executes a serialized transaction. What fails is a result, never an exception.</summary>
    /// <param name="transaction">Any bytes; not to be changed any more.</param>
    public SvmResult Send(byte[] transaction) => Run([new InFlightTransaction(transaction)])[0];

    /// <summary>Signs instructions with the latest blockhash and executes them.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="payer">Signs first and pays the fee.</param>
    /// <param name="signers">The other signers that the instruction asks for, in any order.</param>
    /// <exception cref="ArgumentException">A signer is missing, or one is given that is none.</exception>
    /// <exception cref="InvalidOperationException">It does not fit a transaction; the text names the field and the bound.</exception>
    /// <example><code>environment.Send(SystemInstructions.Transfer(alice.PublicKey, bob, 1_000_000), alice).EnsureSuccess();</code></example>
    public SvmResult Send(Instruction instruction, Keypair payer, params ReadOnlySpan<Keypair> signers) =>
        Send(Sign([instruction], payer, signers));

    /// <summary>As <see cref="Send(Instruction, Keypair, ReadOnlySpan{Keypair})"/>, for several instructions of one transaction.</summary>
    public SvmResult Send(IEnumerable<Instruction> instructions, Keypair payer, params ReadOnlySpan<Keypair> signers) =>
        Send(Sign(instructions, payer, signers));

    /// <summary>Executes instructions as if everybody had signed whom they ask for: to act for accounts without having their keys.</summary>
    /// <param name="instructions">The instructions of one transaction.</param>
    /// <param name="payer">Pays the fee.</param>
    /// <exception cref="InvalidOperationException">
    /// The environment verifies signatures, or the instructions do not fit a transaction.
    /// </exception>
    public SvmResult SendUnsigned(IEnumerable<Instruction> instructions, Address payer) => Send(WithoutSignatures(instructions, payer));

    /// <summary>
    /// Executes transactions in their order, on <see cref="SvmOptions.Workers"/> threads where they touch different accounts: the
    /// same results as one <see cref="Send(byte[])"/> after the other.
    /// </summary>
    /// <param name="transactions">At most <see cref="MaxBatch"/>.</param>
    /// <returns>A result for each, in order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Too many transactions.</exception>
    public IReadOnlyList<SvmResult> SendAll(IReadOnlyList<byte[]> transactions)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        if (transactions.Count > MaxBatch)
        {
            throw new ArgumentOutOfRangeException(
                nameof(transactions), transactions.Count, $"transactions has at most {MaxBatch} in one call.");
        }

        return Run([.. transactions.Select(bytes => new InFlightTransaction(bytes))]);
    }

    /// <summary>What would become of a transaction now. Nothing changes.</summary>
    /// <remarks>The accounts that it may write are copied whole.</remarks>
    public SvmResult Simulate(byte[] transaction)
    {
        var simulated = new InFlightTransaction(transaction);
        InFlightTransaction[] batch = [simulated];
        Decode(batch);
        _stages.Admit(batch, _block);
        if (simulated.Accounts is { } accounts)
        {
            simulated.Accounts = CopyWritable(accounts);
            _runtime.Executor.Execute(simulated, _block);
        }

        return SvmResult.Of(simulated, _block.Slot);
    }

    /// <summary>As <see cref="Send(Instruction, Keypair, ReadOnlySpan{Keypair})"/>, but nothing changes.</summary>
    public SvmResult Simulate(Instruction instruction, Keypair payer, params ReadOnlySpan<Keypair> signers) =>
        Simulate(Sign([instruction], payer, signers));

    /// <summary>As <see cref="Send(IEnumerable{Instruction}, Keypair, ReadOnlySpan{Keypair})"/>, but nothing changes.</summary>
    public SvmResult Simulate(IEnumerable<Instruction> instructions, Keypair payer, params ReadOnlySpan<Keypair> signers) =>
        Simulate(Sign(instructions, payer, signers));

    /// <summary>A signed transaction that names the latest blockhash.</summary>
    /// <exception cref="ArgumentException">A signer is missing, or one is given that is none.</exception>
    /// <exception cref="InvalidOperationException">It does not fit a transaction.</exception>
    public byte[] Sign(IEnumerable<Instruction> instructions, Keypair payer, params ReadOnlySpan<Keypair> signers)
    {
        ArgumentNullException.ThrowIfNull(payer);
        Keypair[] all = [payer, .. signers];
        return Compile(instructions, payer.PublicKey).Sign(all.DistinctBy(pair => pair.PublicKey).ToArray());
    }

    private byte[] WithoutSignatures(IEnumerable<Instruction> instructions, Address payer)
    {
        if (Options.VerifiesSignatures)
            throw new InvalidOperationException("The environment verifies signatures: make it with VerifiesSignatures = false.");
        CompiledMessage message = Compile(instructions, payer);
        return message.Serialize(new Signature[message.Signers.Count]);
    }

    private CompiledMessage Compile(IEnumerable<Instruction> instructions, Address payer)
    {
        ArgumentNullException.ThrowIfNull(instructions);
        var builder = new TransactionBuilder(payer) { RecentBlockhash = LatestBlockhash };
        foreach (Instruction instruction in instructions)
            builder.Add(instruction);
        return builder.CompileMessage();
    }

    private SvmResult[] Run(InFlightTransaction[] batch)
    {
        Decode(batch);
        _stages.Execute(batch, new BlockBuilder(_block), _runtime.Executor);
        foreach (InFlightTransaction transaction in batch)
        {
            if (transaction.IsRecorded)
                _unsealed++;
        }

        SvmResult[] results = Array.ConvertAll(batch, transaction => SvmResult.Of(transaction, _block.Slot));
        _sealedView = null;
        if (_unsealed >= ChangesPerSeal)
            Seal();
        return results;
    }

    /// <summary>Stage 1.</summary>
    private void Decode(InFlightTransaction[] batch)
    {
        // A single one is done before a batch of vectors is set up.
        if (batch is [var single])
        {
            if (Options.VerifiesSignatures)
                VerifyStage.Verify(single);
            else
                VerifyStage.Decode(single);
        }
        else if (batch.Length > 0)
        {
            _ = _stages.TrySubmit(batch, Options.VerifiesSignatures);
        }
    }

    /// <summary>Accounts that execution may write as it likes; others are read only, so they stay.</summary>
    private static TransactionAccounts CopyWritable(TransactionAccounts accounts)
    {
        var copies = new Account[accounts.Count];
        for (int i = 0; i < copies.Length; i++)
        {
            copies[i] = accounts.Accounts[i];
            if (!accounts.Writables[i])
                continue;
            copies[i] = new Account(accounts.Accounts[i].Address);
            SvmAccount.Of(accounts.Accounts[i]).WriteTo(copies[i]);
            copies[i].Attachment = accounts.Accounts[i].Attachment;
        }

        return accounts.With(copies);
    }
}
