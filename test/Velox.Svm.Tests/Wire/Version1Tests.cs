using Velox.Cryptography;
using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

public sealed class Version1Tests
{
    private int _accepted;
    private int _refused;

    [Fact]
    public void Bytes_of_kit_are_read_as_their_maker_meant_them()
    {
        byte[] bytes = Convert.FromHexString(KitTransactions.Version1);

        TransactionView view = Parse(bytes);

        Assert.Equal(TransactionVersion.Version1, view.Version);
        Assert.Equal((2, 0, 3), (view.RequiredSignatures, view.ReadonlySigned, view.ReadonlyUnsigned));
        Assert.Equal(new TransactionConfig(1_234_567, 100_000, 70_000, 65_536), view.Config);
        Assert.Equal(new Hash256(Key(9).Span), view.RecentBlockhash);
        Assert.Equal((7, 3, 0), (view.StaticKeyCount, view.InstructionCount, view.LookupCount));
        Assert.Equal([0, 2], view.Instruction(0).Accounts.ToArray());
        Assert.Equal("020000000700000000000000", Convert.ToHexString(view.Instruction(1).Data));
        Assert.Equal(Key(30), view.StaticKey(view.Instruction(2).ProgramIndex));
        Assert.Equal(300, view.Instruction(2).Data.Length);
        Assert.Equal(bytes[..^128], view.Message.ToArray());
        Assert.True(Ed25519.Verify(view.StaticKey(1).Span, view.Signature(1).Span, view.Message));
        Assert.Equal(KitTransactions.Version1, Convert.ToHexStringLower(PlainVersion1.From(view).Serialize()));
    }

    [Fact]
    public void The_builder_makes_the_bytes_of_kit()
    {
        Keypair p = Keypair.FromSeed(PlainTransaction.Filled(32, 1));
        Keypair q = Keypair.FromSeed(PlainTransaction.Filled(32, 2));
        var builder = new TransactionBuilder(p.PublicKey)
        {
            Version = TransactionVersion.Version1,
            RecentBlockhash = new Hash256(Key(9).Span),
            Config = new TransactionConfig(1_234_567, 100_000, 70_000, 65_536),
        };
        builder.Add(SystemInstructions.Transfer(p.PublicKey, Key(3), 1_000_000));
        builder.Add(SystemInstructions.Transfer(q.PublicKey, Key(4), 7));
        builder.Add(new Instruction(Key(30), new[] { AccountMeta.Readonly(Key(31)) }, PlainTransaction.Filled(300, 0xAB)));

        Assert.Equal(KitTransactions.Version1, Convert.ToHexStringLower(builder.Sign(p, q)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void View_and_plain_parser_agree_on_damaged_transactions(int seed)
    {
        TransactionFuzz.Run(seed, 40_000, Damaged, AssertParsersAgree);

        Assert.InRange(_accepted, 5_000, 35_000);
        Assert.InRange(_refused, 5_000, 35_000);
    }

    [Fact]
    public void Every_truncation_and_every_added_byte_is_refused()
    {
        var random = new Random(3);
        for (int round = 0; round < 100; round++)
        {
            byte[] bytes = PlainVersion1.Next(random).Serialize();
            for (int length = 0; length < bytes.Length; length++)
                Assert.NotEqual(WireError.None, TransactionView.TryParse(bytes.AsMemory(0, length), out _));
            Assert.NotEqual(WireError.None, TransactionView.TryParse((byte[])[.. bytes, 0], out _));
        }
    }

    [Fact]
    public void Random_bytes_behind_the_version_never_throw() =>
        TransactionFuzz.Run(
            seed: 4, rounds: 100_000,
            random =>
            {
                byte[] bytes = TransactionFuzz.Bytes(random, random.Next(1, 400));
                bytes[0] = 0x81;
                for (int i = 1; i < Math.Min(bytes.Length, 8); i++)
                    bytes[i] %= 3;
                return bytes;
            },
            AssertParsersAgree);

    [Fact]
    public void Each_broken_rule_has_its_cause()
    {
        AssertError(WireError.None, _ => { });
        AssertError(WireError.NoSignatures, plain => plain.Header[0] = 0);
        AssertError(WireError.TooManySignatures, plain => plain.Header[0] = 13);
        AssertError(WireError.FeePayerNotWritable, plain => plain.Header[1] = 1);
        AssertError(WireError.TooManyReadonlyUnsigned, plain => plain.Header[2] = 2);
        AssertError(WireError.TooFewStaticKeys, plain => plain.Header[0] = 3);
        AssertError(WireError.InvalidConfigMask, plain => plain.Mask = 32);
        AssertError(WireError.InvalidConfigMask, plain => plain.Mask = 0x8000_0000);
        AssertError(WireError.InvalidConfigMask, plain => plain.Mask = 1);
        AssertError(WireError.InvalidConfigMask, plain => plain.Mask = 2);
        AssertError(WireError.InvalidHeapSize, plain => (plain.Mask, plain.Values) = (16, [31 * 1024]));
        AssertError(WireError.InvalidHeapSize, plain => (plain.Mask, plain.Values) = (16, [257 * 1024]));
        AssertError(WireError.InvalidHeapSize, plain => (plain.Mask, plain.Values) = (16, [(32 * 1024) + 1]));
        AssertError(WireError.None, plain => (plain.Mask, plain.Values) = (16, [256 * 1024]));
        AssertError(WireError.InvalidProgramIndex, plain => plain.Instructions = [(0, [], [])]);
        AssertError(WireError.InvalidProgramIndex, plain => plain.Instructions = [(2, [], [])]);
        AssertError(WireError.InvalidAccountIndex, plain => plain.Instructions = [(1, [2], [])]);
        AssertError(WireError.TrailingBytes, plain => plain.Signatures.Add(new byte[1]));
        AssertError(WireError.Truncated, plain => plain.Signatures = [new byte[63]]);
    }

    [Fact]
    public void Counts_and_size_end_where_Solana_ends_them()
    {
        AssertError(WireError.None, plain => AddKeys(plain, 64));
        AssertError(WireError.TooManyStaticKeys, plain => AddKeys(plain, 65));
        AssertError(WireError.None, plain => AddInstructions(plain, 64));
        AssertError(WireError.TooManyInstructions, plain => AddInstructions(plain, 65));
        AssertError(WireError.None, plain => plain.Instructions = [(1, new byte[255], [])]);

        int overhead = Minimal().Serialize().Length;
        AssertError(WireError.None, plain => plain.Instructions = [(1, [], new byte[4_096 - overhead - 4])]);
        AssertError(WireError.TransactionTooLarge, plain => plain.Instructions = [(1, [], new byte[4_096 - overhead - 3])]);

        static void AddKeys(PlainVersion1 plain, int count)
        {
            while (plain.Keys.Count < count)
                plain.Keys.Add(new byte[32]);
        }

        static void AddInstructions(PlainVersion1 plain, int count)
        {
            for (int i = 0; i < count; i++)
                plain.Instructions.Add((1, [], []));
        }
    }

    [Fact]
    public void It_is_an_unsupported_version_until_its_feature_is_on()
    {
        var off = new StageChain(FeatureSet.Mainnet.Without(Feature.Named("enable_tx_v1").Id));
        InFlightTransaction sent = off.Send(Transfer(off, new TransactionConfig(0, 1_000, 100_000)))[0];
        Assert.Null(sent.Record);
        Assert.Equal(TransactionErrorKind.UnsupportedVersion, sent.Rejection.Kind);

        StageChain on = NewChain();
        TransactionRecord record = StageChain.Expect(on.Send(Transfer(on, new TransactionConfig(77, 1_000, 100_000)))[0]);
        Assert.Equal(5_077UL, record.Fee);
        Assert.Equal(77UL, record.PriorityFee);
        Assert.Equal(150UL, record.ComputeUnitsConsumed);
        Assert.Equal(StageChain.Sol, on.Balance(Key(3)));
    }

    [Fact]
    public void What_the_configuration_leaves_out_is_zero()
    {
        StageChain chain = NewChain();

        Assert.Equal(
            TransactionErrorKind.MaxLoadedAccountsDataSizeExceeded,
            StageChain.ErrorOf(chain.Send(Transfer(chain, new TransactionConfig(0, 1_000)))[0]).Kind);
        Assert.Equal(
            TransactionError.AtInstruction(0, InstructionErrorKind.ComputationalBudgetExceeded),
            StageChain.ErrorOf(chain.Send(Transfer(chain, new TransactionConfig(0, null, 100_000)))[0]));
        Assert.Equal(
            new ComputeBudget(0, 0, 0, 32 * 1024), BudgetOf(Transfer(chain, default)));
        Assert.Equal(
            new ComputeBudget(1_400_000, ulong.MaxValue, 64 * 1024 * 1024, 64 * 1024),
            BudgetOf(Transfer(chain, new TransactionConfig(ulong.MaxValue, uint.MaxValue, uint.MaxValue, 64 * 1024))));
    }

    [Fact]
    public void Compute_budget_instructions_do_nothing_in_it()
    {
        StageChain chain = NewChain();
        var builder = new TransactionBuilder(chain.Payer.PublicKey)
        {
            Version = TransactionVersion.Version1,
            RecentBlockhash = chain.LastHash,
            Config = new TransactionConfig(0, 1_000, 100_000),
        };
        builder.Add(ComputeBudgetInstructions.SetComputeUnitPrice(5_000_000));
        builder.Add(ComputeBudgetInstructions.SetComputeUnitPrice(5_000_000));
        builder.Add(new Instruction(ProgramIds.ComputeBudget, default, default));

        Assert.Equal(5_000UL, StageChain.Expect(chain.Send(builder.Sign(chain.Payer))[0]).Fee);
    }

    [Fact]
    public void A_copy_is_a_duplicate_and_a_changed_bit_fails_the_signature()
    {
        StageChain chain = NewChain();
        byte[] bytes = Transfer(chain, new TransactionConfig(0, 1_000, 100_000));
        StageChain.Expect(chain.Send(bytes)[0]);
        Assert.Equal(TransactionErrorKind.AlreadyProcessed, chain.Send(bytes)[0].Rejection.Kind);

        byte[] other = Transfer(chain, new TransactionConfig(1, 1_000, 100_000));
        other[^1] ^= 1;
        Assert.Equal(TransactionErrorKind.SignatureFailure, chain.Send(other)[0].Rejection.Kind);
    }

    [Fact]
    public void The_builder_refuses_what_does_not_fit()
    {
        var builder = new TransactionBuilder(Key(1)) { Version = TransactionVersion.Version1 };
        builder.Add(new Instruction(Key(2), default, new byte[3_700]));
        Assert.Equal(WireError.None, TransactionView.TryParse(Sign(builder), out _));
        builder.Config = new TransactionConfig(HeapBytes: 1);
        Assert.Throws<InvalidOperationException>(builder.CompileMessage);
        builder.Config = default;
        builder.Add(new Instruction(Key(2), default, new byte[300]));
        Assert.Throws<InvalidOperationException>(builder.CompileMessage);

        static byte[] Sign(TransactionBuilder builder) =>
            builder.CompileMessage().Serialize([new Signature(new byte[64])]);
    }

    private static StageChain NewChain() => new();

    private static byte[] Transfer(StageChain chain, TransactionConfig config)
    {
        var builder = new TransactionBuilder(chain.Payer.PublicKey)
        {
            Version = TransactionVersion.Version1,
            RecentBlockhash = chain.LastHash,
            Config = config,
        };
        builder.Add(SystemInstructions.Transfer(chain.Payer.PublicKey, Key(3), StageChain.Sol));
        return builder.Sign(chain.Payer);
    }

    private static ComputeBudget BudgetOf(byte[] bytes)
    {
        TransactionView view = Parse(bytes);
        Assert.False(ComputeBudget.TryRead(in view, out ComputeBudget budget).IsError);
        return budget;
    }

    private void AssertParsersAgree(byte[] bytes)
    {
        WireError error = TransactionView.TryParse(bytes, out TransactionView view);
        PlainVersion1? expected = PlainVersion1.Parse(bytes);

        Assert.Equal(expected is null, error != WireError.None);
        if (expected is null)
        {
            _refused++;
            return;
        }

        _accepted++;
        Assert.Equal(expected.Describe(), PlainVersion1.From(view).Describe());
        Assert.Equal(expected.Message(), view.Message.ToArray());
    }

    private static byte[] Damaged(Random random)
    {
        PlainVersion1 plain = PlainVersion1.Next(random);
        List<byte> bytes = [.. plain.Serialize()];
        int structure = 46 + (32 * plain.Keys.Count);
        for (int places = random.Next(3); places > 0; places--)
        {
            // Structure lies before the keys and behind them.
            int position = random.Next(3) switch
            {
                0 => random.Next(1, 42),
                1 => structure - 4 + random.Next(40),
                _ => random.Next(1, bytes.Count + 1),
            };
            position = Math.Min(position, bytes.Count - 1);
            if (position < 1)
                break;
            switch (random.Next(5))
            {
                case 0:
                    bytes[position] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[position] = (byte)random.Next(4);
                    break;
                case 2:
                    bytes.Insert(position, (byte)random.Next(256));
                    break;
                case 3:
                    bytes.RemoveAt(position);
                    break;
                default:
                    bytes.RemoveRange(position, bytes.Count - position);
                    break;
            }
        }

        return [.. bytes];
    }

    private static PlainVersion1 Minimal() => new() { Keys = [new byte[32], new byte[32]], Signatures = [new byte[64]] };

    private static void AssertError(WireError expected, Action<PlainVersion1> change)
    {
        PlainVersion1 plain = Minimal();
        change(plain);
        Assert.Equal(expected, TransactionView.TryParse(plain.Serialize(), out _));
    }

    private static TransactionView Parse(byte[] bytes)
    {
        Assert.Equal(WireError.None, TransactionView.TryParse(bytes, out TransactionView view));
        return view;
    }

    private static Address Key(byte value) => new(PlainTransaction.Filled(32, value));
}
