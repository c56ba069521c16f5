using System.Buffers.Binary;
using System.Security.Cryptography;
using Velox.Cryptography;
using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>
/// The stages of a bank around accounts and a block context that the test sets itself: slot, features, sysvars. Each block
/// has the SlotHashes and RecentBlockhashes of those before it.
/// </summary>
internal sealed class StageChain
{
    internal const ulong Sol = 1_000_000_000;
    private const int MaxSlotHashes = 512;
    private const int MaxRecentBlockhashes = 150;

    private readonly BlockhashQueue _blockhashes = new(MaxRecentBlockhashes);
    private readonly StatusCache _statuses = new(MaxRecentBlockhashes);
    private readonly TransactionStages _stages;
    private readonly TransactionExecutor _executor;
    private readonly List<(ulong Slot, Hash256 Hash)> _hashes = [];
    private readonly FeatureSet _features;
    private int _nextKey = 1;

    internal StageChain(FeatureSet? features = null, params INativeProgram[] programs)
    {
        _features = features ?? FeatureSet.Mainnet;
        INativeProgram[] all = [new SystemProgram(), new ComputeBudgetProgram(), .. programs];
        _stages = new TransactionStages(Accounts, _blockhashes, _statuses, workers: 1);
        _executor = new TransactionExecutor(new ProgramRegistry(all));
        foreach (INativeProgram program in all)
            Set(program.Id, 1, ProgramIds.NativeLoader, []).Executable = true;
        Set(SysvarIds.RecentBlockhashes, Sol, SysvarIds.Owner, []);
        Set(SysvarIds.Rent, Sol, SysvarIds.Owner, []);
        Payer = NewFunded(1_000 * Sol);
        Block = new BlockContext(0, 0);
        NextBlock();
    }

    internal AccountStore Accounts { get; } = new();

    internal Keypair Payer { get; }

    internal BlockContext Block { get; set; }

    internal Hash256 LastHash => Block.LastBlockhash;

    /// <summary>Opens the block of the next slot.</summary>
    internal void NextBlock()
    {
        ulong slot = Block.Slot;
        var hash = new Hash256(SHA256.HashData(BitConverter.GetBytes(slot)));
        _hashes.Insert(0, (slot, hash));
        _blockhashes.Add(hash);
        Block = new BlockContext(slot + 1, 1_700_000_000 + (long)slot)
        {
            Features = _features,
            LastBlockhash = hash,
            Sysvars = new SysvarCache(
            [
                new(SysvarIds.SlotHashes, SlotHashes()),
                new(SysvarIds.RecentBlockhashes, RecentBlockhashes()),
                new(SysvarIds.Rent, new byte[17]),
            ]),
        };
    }

    internal Keypair NewKey() => TestKeys.Pair(1_000 + _nextKey++);

    internal Keypair NewFunded(ulong lamports = 10 * Sol)
    {
        Keypair pair = NewKey();
        Set(pair.PublicKey, lamports, ProgramIds.System, []);
        return pair;
    }

    /// <summary>Makes or replaces an account.</summary>
    internal Account Set(Address address, ulong lamports, Address owner, ReadOnlySpan<byte> data)
    {
        Account account = Accounts.GetOrCreate(address);
        account.Lamports = lamports;
        account.Owner = owner;
        account.Data.Resize(data.Length);
        data.CopyTo(account.Data.Write(0, data.Length));
        Accounts.MarkChanged(account);
        return account;
    }

    internal Account Account(Address address)
    {
        Account? account = Accounts.Find(address);
        Assert.NotNull(account);
        return account;
    }

    internal ulong Balance(Address address) => Accounts.Find(address)?.Lamports ?? 0;

    /// <summary>Signs instructions with the last blockhash and sends them.</summary>
    internal InFlightTransaction Send(IEnumerable<Instruction> instructions, params Keypair[] signers) =>
        Send(TestBank.Sign(LastHash, instructions, signers))[0];

    internal InFlightTransaction Send(Instruction instruction, params Keypair[] signers) => Send([instruction], signers);

    /// <summary>Takes transactions as one batch through the stages.</summary>
    internal InFlightTransaction[] Send(params byte[][] transactions)
    {
        InFlightTransaction[] batch = [.. transactions.Select(bytes => new InFlightTransaction(bytes))];
        Assert.True(_stages.TrySubmit(batch, checksSignatures: true));
        _stages.Execute(batch, new BlockBuilder(Block), _executor);
        return batch;
    }

    /// <summary>The recorded error, or why there is no record.</summary>
    internal static TransactionError ErrorOf(InFlightTransaction transaction) =>
        transaction.Record?.Error ?? transaction.Rejection;

    internal static TransactionRecord Expect(InFlightTransaction transaction)
    {
        TransactionRecord? record = transaction.Record;
        Assert.True(
            record is { Error.IsError: false },
            $"{ErrorOf(transaction)}\n{string.Join('\n', record?.LogLines ?? [])}");
        return record!;
    }

    private byte[] SlotHashes()
    {
        byte[] data = new byte[20_488];
        int count = Math.Min(_hashes.Count, MaxSlotHashes);
        BinaryPrimitives.WriteUInt64LittleEndian(data, (ulong)count);
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(8 + (40 * i)), _hashes[i].Slot);
            _hashes[i].Hash.Span.CopyTo(data.AsSpan(16 + (40 * i)));
        }

        return data;
    }

    private byte[] RecentBlockhashes()
    {
        byte[] data = new byte[6_008];
        int count = Math.Min(_hashes.Count, MaxRecentBlockhashes);
        BinaryPrimitives.WriteUInt64LittleEndian(data, (ulong)count);
        for (int i = 0; i < count; i++)
            _hashes[i].Hash.Span.CopyTo(data.AsSpan(8 + (40 * i)));
        return data;
    }
}
