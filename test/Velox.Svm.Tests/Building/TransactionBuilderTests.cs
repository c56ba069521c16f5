using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.InstructionText;

namespace Velox.Svm.Tests;

public sealed class TransactionBuilderTests
{
    [Theory]
    [InlineData(Web3Transactions.LegacyTransfer, TransactionVersion.Legacy)]
    [InlineData(Web3Transactions.Version0Transfer, TransactionVersion.Version0)]
    public void A_transfer_compiles_to_the_bytes_of_web3(string hex, TransactionVersion version)
    {
        TransactionView theirs = Parse(Convert.FromHexString(hex));
        var builder = new TransactionBuilder(theirs.FeePayer) { Version = version };

        AssertCompilesTo(theirs, builder.Add(SystemInstructions.Transfer(theirs.FeePayer, Key(3), 1_000_000)));
    }

    [Fact]
    public void The_creation_of_a_mint_compiles_to_the_bytes_of_web3()
    {
        TransactionView theirs = Parse(Convert.FromHexString(Web3Transactions.LegacyCreateMint));
        (Address payer, Address mint) = (theirs.StaticKey(0), theirs.StaticKey(1));

        AssertCompilesTo(theirs, new TransactionBuilder(payer)
            .Add(ComputeBudgetInstructions.SetComputeUnitLimit(200_000))
            .Add(SystemInstructions.CreateAccount(
                payer, mint, 1_461_600, TokenInstructions.MintSize, ProgramIds.Token))
            .Add(TokenInstructions.InitializeMint2(mint, 6, payer)));
    }

    [Fact]
    public void A_durable_nonce_transaction_compiles_to_the_bytes_of_web3()
    {
        TransactionView theirs = Parse(Convert.FromHexString(Web3Transactions.LegacyDurableNonce));
        (Address payer, Address authority) = (theirs.StaticKey(0), theirs.StaticKey(1));

        AssertCompilesTo(theirs, new TransactionBuilder(payer)
            .Add(SystemInstructions.AdvanceNonceAccount(Key(5), authority))
            .Add(SystemInstructions.Transfer(payer, Key(3), 1_000_000)));
    }

    [Fact]
    public void Signing_gives_the_transaction_of_web3_whatever_the_order_of_the_key_pairs()
    {
        Keypair payer = Keypair.FromSeed(PlainTransaction.Filled(32, 1));
        Keypair authority = Keypair.FromSeed(PlainTransaction.Filled(32, 2));
        TransactionBuilder builder = new TransactionBuilder(payer.PublicKey)
            .WithBlockhash(new Hash256(PlainTransaction.Filled(32, 9)))
            .Add(SystemInstructions.AdvanceNonceAccount(Key(5), authority.PublicKey))
            .Add(SystemInstructions.Transfer(payer.PublicKey, Key(3), 1_000_000));

        Assert.Equal(Web3Transactions.LegacyDurableNonce, Convert.ToHexStringLower(builder.Sign(payer, authority)));
        Assert.Equal(Web3Transactions.LegacyDurableNonce, Convert.ToHexStringLower(builder.Sign(authority, payer)));
    }

    [Fact]
    public void Signing_names_the_key_pair_that_is_missing_or_unknown()
    {
        Keypair payer = Keypair.FromSeed(PlainTransaction.Filled(32, 1));
        Keypair stranger = Keypair.FromSeed(PlainTransaction.Filled(32, 2));
        var builder = new TransactionBuilder(payer.PublicKey);

        Assert.Contains(
            $"key pair of signer {payer.PublicKey} is missing",
            Assert.Throws<ArgumentException>(() => builder.Sign(stranger)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            $"{stranger.PublicKey} is no signer",
            Assert.Throws<ArgumentException>(() => builder.Sign(payer, stranger)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_stand_in_five_groups_each_in_ascending_order()
    {
        var instruction = new Instruction(
            Key(90),
            new[]
            {
                AccountMeta.Readonly(Key(12)), AccountMeta.Writable(Key(9)), AccountMeta.ReadonlySigner(Key(40)),
                AccountMeta.WritableSigner(Key(30)), AccountMeta.Readonly(Key(11)), AccountMeta.Writable(Key(8)),
                AccountMeta.ReadonlySigner(Key(39)), AccountMeta.WritableSigner(Key(29)),
            },
            default);

        TransactionView view = Build(new TransactionBuilder(Key(99)).Add(instruction));

        Assert.Equal(
            new byte[] { 99, 29, 30, 39, 40, 8, 9, 11, 12, 90 },
            Enumerable.Range(0, view.StaticKeyCount).Select(index => view.StaticKey(index).Span[0]));
        Assert.Equal((5, 2, 3), (view.RequiredSignatures, view.ReadonlySigned, view.ReadonlyUnsigned));
    }

    [Fact]
    public void A_key_gets_the_strongest_flags_that_any_instruction_asks()
    {
        AccountMeta[] first = [AccountMeta.ReadonlySigner(Key(1)), AccountMeta.Readonly(Key(2))];
        AccountMeta[] second = [AccountMeta.Writable(Key(1)), AccountMeta.Readonly(Key(7))];

        TransactionView view = Build(new TransactionBuilder(Key(7))
            .Add(new Instruction(Key(3), first, default))
            .Add(new Instruction(Key(3), second, default))
            .Add(new Instruction(Key(2), default, default)));

        Assert.Equal(4, view.StaticKeyCount);
        Assert.Equal((Key(7), true, true), (view.StaticKey(0), view.IsStaticSigner(0), view.IsStaticWritable(0)));
        Assert.Equal((Key(1), true, true), (view.StaticKey(1), view.IsStaticSigner(1), view.IsStaticWritable(1)));
        Assert.Equal([0], view.Instruction(1).Accounts[1..].ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_was_built_is_what_is_read(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 3_000; round++)
        {
            List<Instruction> instructions =
                [.. Enumerable.Range(0, random.Next(5)).Select(_ => NextInstruction(random))];
            var builder = new TransactionBuilder(Key((byte)random.Next(1, 20)))
            {
                Version = random.Next(2) == 0 ? TransactionVersion.Legacy : TransactionVersion.Version0,
                RecentBlockhash = new Hash256(TransactionFuzz.Bytes(random, 32)),
            };
            instructions.ForEach(instruction => builder.Add(instruction));

            if (!IsMeant(Build(builder), builder, instructions))
                Assert.Fail($"Seed {seed}, round {round}: the view differs from what was built.");
        }
    }

    [Fact]
    public void The_order_in_which_keys_are_met_does_not_matter()
    {
        AccountMeta[] metas = [.. Enumerable.Range(3, 20).Select(value => AccountMeta.Writable(Key((byte)value)))];
        TransactionView ascending = Build(Calling(metas));
        metas = [.. metas.Reverse()];
        TransactionView descending = Build(Calling(metas));

        Assert.Equal(
            Enumerable.Range(0, 22).Select(index => ascending.StaticKey(index)),
            Enumerable.Range(0, 22).Select(index => descending.StaticKey(index)));
    }

    [Fact]
    public void At_most_64_instructions()
    {
        var builder = new TransactionBuilder(Key(1));
        for (int count = 0; count < 64; count++)
            builder.Add(new Instruction(Key(2), default, default));
        Assert.Equal(64, Build(builder).InstructionCount);

        builder.Add(new Instruction(Key(2), default, default));
        AssertRefused(builder, "instruction count is 65: at most 64");
    }

    [Fact]
    public void At_most_38_accounts() =>
        AssertRefused(
            Calling(Metas(3, 37, AccountMeta.Readonly)),
            "account count is 39: at most 38");

    [Fact]
    public void At_most_12_signatures() =>
        AssertRefused(
            Calling(Metas(3, 12, AccountMeta.ReadonlySigner)),
            "signature count is 13: at most 12");

    [Fact]
    public void At_most_255_accounts_in_an_instruction()
    {
        AccountMeta[] metas = [.. Enumerable.Repeat(AccountMeta.Writable(Key(3)), 255)];
        Assert.Equal(255, Build(Calling(metas)).Instruction(0).Accounts.Length);

        metas = [.. metas, AccountMeta.Writable(Key(3))];
        AssertRefused(
            Calling(metas), "account count of an instruction is 256: at most 255");
    }

    [Theory]
    [InlineData(TransactionVersion.Legacy, 0)]
    [InlineData(TransactionVersion.Version0, 2)]
    public void At_most_1232_bytes(TransactionVersion version, int versionBytes)
    {
        // 1 + 64 signature, 3 header, 1 + 64 keys, 32 blockhash, 1 count, 1 program, 1 and 2 list lengths.
        int data = 1_232 - 170 - versionBytes;
        var fits = new TransactionBuilder(Key(1)) { Version = version };
        Assert.Equal(1_232, Build(fits.Add(new Instruction(Key(2), default, new byte[data]))).Bytes.Length);

        var tooLarge = new TransactionBuilder(Key(1)) { Version = version };
        AssertRefused(
            tooLarge.Add(new Instruction(Key(2), default, new byte[data + 1])),
            "transaction size in bytes is 1233: at most 1232");
    }

    [Fact]
    public void Data_beyond_any_length_field_is_refused() =>
        AssertRefused(
            new TransactionBuilder(Key(1)).Add(new Instruction(Key(2), default, new byte[70_000])),
            "data length of an instruction in bytes is 70000: at most 1232");

    [Fact]
    public void The_fee_payer_cannot_be_the_program() =>
        AssertRefused(
            new TransactionBuilder(Key(1)).Add(new Instruction(Key(1), default, default)),
            "cannot be called as a program");

    [Fact]
    public void Signatures_must_be_one_for_each_signer()
    {
        CompiledMessage message = new TransactionBuilder(Key(1)).CompileMessage();

        Assert.Equal([Key(1)], message.Signers);
        Assert.Contains(
            "Expected 1 signatures, got 2",
            Assert.Throws<ArgumentException>(() => message.Serialize(new Signature[2])).Message,
            StringComparison.Ordinal);
    }

    private static bool IsMeant(in TransactionView view, TransactionBuilder builder, List<Instruction> instructions)
    {
        if (view.Version != builder.Version
            || view.FeePayer != builder.FeePayer
            || view.RecentBlockhash != builder.RecentBlockhash
            || view.InstructionCount != instructions.Count)
            return false;

        for (int index = 0; index < instructions.Count; index++)
        {
            InstructionView read = view.Instruction(index);
            Instruction built = instructions[index];
            if (view.StaticKey(read.ProgramIndex) != built.ProgramId
                || !read.Data.SequenceEqual(built.Data.Span)
                || read.Accounts.Length != built.Accounts.Length)
                return false;
            for (int account = 0; account < read.Accounts.Length; account++)
            {
                if (view.StaticKey(read.Accounts[account]) != built.Accounts.Span[account].Address)
                    return false;
            }
        }

        return HasMergedFlags(in view, builder.FeePayer, instructions);
    }

    private static bool HasMergedFlags(in TransactionView view, Address feePayer, List<Instruction> instructions)
    {
        AccountMeta[] metas =
        [
            AccountMeta.WritableSigner(feePayer),
            .. instructions.Select(instruction => AccountMeta.Readonly(instruction.ProgramId)),
            .. instructions.SelectMany(instruction => instruction.Accounts.ToArray()),
        ];
        for (int index = 0; index < view.StaticKeyCount; index++)
        {
            Address key = view.StaticKey(index);
            if (view.IsStaticSigner(index) != metas.Any(meta => meta.Address == key && meta.IsSigner)
                || view.IsStaticWritable(index) != metas.Any(meta => meta.Address == key && meta.IsWritable))
                return false;
        }

        return view.StaticKeyCount == metas.Select(meta => meta.Address).Distinct().Count();
    }

    private static Instruction NextInstruction(Random random) => new(
        Key((byte)random.Next(20, 24)),
        Enumerable.Range(0, random.Next(6))
            .Select(_ => new AccountMeta(Key((byte)random.Next(1, 22)), random.Next(4) == 0, random.Next(2) == 0))
            .ToArray(),
        TransactionFuzz.Bytes(random, random.Next(20)));

    private static TransactionBuilder Calling(AccountMeta[] metas) =>
        new TransactionBuilder(Key(1)).Add(new Instruction(Key(2), metas, default));

    private static AccountMeta[] Metas(int first, int count, Func<Address, AccountMeta> make) =>
        [.. Enumerable.Range(first, count).Select(value => make(Key((byte)value)))];

    private static void AssertCompilesTo(in TransactionView theirs, TransactionBuilder builder)
    {
        CompiledMessage ours = builder.WithBlockhash(theirs.RecentBlockhash).CompileMessage();
        Signature[] signatures = new Signature[theirs.SignatureCount];
        for (int index = 0; index < signatures.Length; index++)
            signatures[index] = theirs.Signature(index);

        Assert.Equal(Convert.ToHexString(theirs.Message), Convert.ToHexString(ours.Bytes));
        Assert.Equal(theirs.Bytes.ToArray(), ours.Serialize(signatures));
    }

    private static TransactionView Build(TransactionBuilder builder)
    {
        CompiledMessage message = builder.CompileMessage();
        TransactionView view = Parse(message.Serialize(new Signature[message.Signers.Count]));
        for (int index = 0; index < message.Signers.Count; index++)
            Assert.Equal(message.Signers[index], view.StaticKey(index));
        return view;
    }

    private static TransactionView Parse(byte[] bytes)
    {
        Assert.Equal(WireError.None, TransactionView.TryParse(bytes, out TransactionView view));
        return view;
    }

    private static void AssertRefused(TransactionBuilder builder, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<InvalidOperationException>(builder.CompileMessage).Message,
            StringComparison.Ordinal);
}
