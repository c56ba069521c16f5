using Velox.Cryptography;
using Velox.Primitives;
using Velox.State;
using Xunit;
using static Velox.Svm.Tests.StageChain;

namespace Velox.Svm.Tests;

/// <summary>Transactions that state a durable nonce.</summary>
public sealed class DurableNonceTests
{
    private readonly NonceWorld _world = new();
    private readonly StageChain _chain;
    private readonly Address _to = TestKeys.Stranger(77);

    public DurableNonceTests() => _chain = _world.Chain;

    [Fact]
    public void It_runs_whenever_it_comes_and_advances_the_nonce()
    {
        Address nonce = _world.NewNonce();
        byte[] transaction = SignDurable(nonce, Transfer(Sol));
        for (int i = 0; i < 200; i++)
            _chain.NextBlock();

        Expect(_chain.Send(transaction)[0]);

        Assert.Equal(Sol, _chain.Balance(_to));
        Assert.Equal(NonceAccount.Initialized(_world.Authority.PublicKey, _world.Next), _world.Read(nonce));
    }

    [Fact]
    public void A_copy_is_refused_in_the_same_batch_and_later()
    {
        byte[] transaction = SignDurable(_world.NewNonce(), Transfer(Sol));

        InFlightTransaction[] sent = _chain.Send(transaction, transaction);
        Expect(sent[0]);
        AssertRejected(TransactionErrorKind.BlockhashNotFound, sent[1]);
        AssertRejected(TransactionErrorKind.BlockhashNotFound, _chain.Send(transaction)[0]);
        _chain.NextBlock();
        AssertRejected(TransactionErrorKind.BlockhashNotFound, _chain.Send(transaction)[0]);

        Assert.Equal(Sol, _chain.Balance(_to));
    }

    [Fact]
    public void A_failed_one_pays_and_still_advances_the_nonce()
    {
        Address nonce = _world.NewNonce();
        ulong before = _chain.Balance(_chain.Payer.PublicKey);
        byte[] transaction = SignDurable(nonce, Transfer(5_000 * Sol));

        InFlightTransaction sent = _chain.Send(transaction)[0];

        Assert.Equal(TransactionError.AtInstruction(1, InstructionError.Custom(1)), ErrorOf(sent));
        Assert.Equal(before - 10_000, _chain.Balance(_chain.Payer.PublicKey));
        Assert.Equal(_world.Next, _world.Read(nonce).Nonce);
        AssertRejected(TransactionErrorKind.BlockhashNotFound, _chain.Send(transaction)[0]);
    }

    [Fact]
    public void One_whose_accounts_cannot_be_loaded_pays_and_advances_the_nonce_too()
    {
        Address nonce = _world.NewNonce();

        InFlightTransaction sent = _chain.Send(SignDurable(nonce, new Instruction(_to, default, default)))[0];

        Assert.Equal(TransactionErrorKind.ProgramAccountNotFound, ErrorOf(sent).Kind);
        Assert.Equal(_world.Next, _world.Read(nonce).Nonce);
    }

    [Fact]
    public void One_that_breaks_the_rent_rules_advances_the_nonce_and_undoes_the_rest()
    {
        Address nonce = _world.NewNonce();

        InFlightTransaction sent = _chain.Send(SignDurable(nonce, Transfer(1)))[0];

        Assert.Equal(TransactionErrorKind.InsufficientFundsForRent, ErrorOf(sent).Kind);
        Assert.Equal(_world.Next, _world.Read(nonce).Nonce);
        Assert.Equal(0UL, _chain.Balance(_to));
    }

    [Fact]
    public void One_whose_payer_cannot_pay_changes_nothing()
    {
        Address nonce = _world.NewNonce();
        NonceAccount before = _world.Read(nonce);
        Keypair poor = _chain.NewKey();

        AssertRejected(
            TransactionErrorKind.AccountNotFound, _chain.Send(_world.SignDurable(nonce, [Transfer(Sol)], poor, _chain.Payer))[0]);

        Assert.Equal(before, _world.Read(nonce));
    }

    [Fact]
    public void The_nonce_account_may_pay_down_to_its_rent_minimum()
    {
        Keypair nonce = _chain.NewKey();
        ulong minimum = Rent.MinimumBalance(80);
        byte[] state = new byte[80];
        NonceAccount.Initialized(nonce.PublicKey, new Hash256(_to.Span)).WriteTo(state);
        _chain.Set(nonce.PublicKey, minimum + 9_999, ProgramIds.System, state);
        Instruction[] instructions =
        [
            SystemInstructions.AdvanceNonceAccount(nonce.PublicKey, nonce.PublicKey),
            new Instruction(ProgramIds.System, default, new byte[] { 99, 0, 0, 0 }),
        ];

        InFlightTransaction sent = _chain.Send(TestBank.Sign(new Hash256(_to.Span), instructions, nonce))[0];
        Assert.Equal(TransactionError.AtInstruction(1, InstructionErrorKind.InvalidInstructionData), ErrorOf(sent));
        Assert.Equal(minimum + 4_999, _chain.Balance(nonce.PublicKey));
        Assert.Equal(_world.Next, _world.Read(nonce.PublicKey).Nonce);

        Hash256 advanced = _world.Next;
        _chain.NextBlock();
        AssertRejected(
            TransactionErrorKind.InsufficientFundsForFee, _chain.Send(TestBank.Sign(advanced, instructions, nonce))[0]);
    }

    [Fact]
    public void A_payer_of_80_bytes_that_is_no_nonce_may_not_pay()
    {
        Keypair payer = _chain.NewKey();
        byte[] state = new byte[80];
        _chain.Set(payer.PublicKey, 10 * Sol, ProgramIds.System, state);
        AssertRejected(TransactionErrorKind.InvalidAccountForFee, _chain.Send(Transfer(Sol), payer, _chain.Payer));

        // A legacy nonce pays, though no transaction may state it.
        state[4] = 1;
        _chain.Set(payer.PublicKey, 10 * Sol, ProgramIds.System, state);
        Expect(_chain.Send(Transfer(Sol), payer, _chain.Payer));
    }

    [Fact]
    public void Every_flaw_of_the_nonce_account_is_an_unknown_blockhash()
    {
        Hash256 stated = new(TestKeys.Stranger(55).Span);
        Address authority = _world.Authority.PublicKey;
        NonceAccount good = NonceAccount.Initialized(authority, stated);
        Address address = TestKeys.Stranger(56);
        byte[] Data(NonceAccount nonce, int length = 80)
        {
            byte[] data = new byte[length];
            nonce.WriteTo(data);
            return data;
        }

        (string Flaw, ulong Lamports, Address Owner, byte[] Data)[] cases =
        [
            ("absent", 0, default, []),
            ("no data", Sol, ProgramIds.System, []),
            ("foreign owner", Sol, _to, Data(good)),
            ("legacy", Sol, ProgramIds.System, Data(good with { IsCurrent = false })),
            ("uninitialised", Sol, ProgramIds.System, Data(NonceAccount.Uninitialized)),
            ("other nonce", Sol, ProgramIds.System, Data(good with { Nonce = new Hash256(_to.Span) })),
            ("other authority", Sol, ProgramIds.System, Data(good with { Authority = _to })),
            ("81 bytes", Sol, ProgramIds.System, Data(good, 81)),
        ];
        foreach ((string flaw, ulong lamports, Address owner, byte[] data) in cases)
        {
            _chain.Set(address, lamports, owner, data);
            InFlightTransaction sent = Send();
            Assert.True(sent.Record is null && sent.Rejection.Kind == TransactionErrorKind.BlockhashNotFound, flaw);
        }

        _chain.Set(address, Sol, ProgramIds.System, Data(good));
        Expect(Send());

        InFlightTransaction Send() => _chain.Send(
            TestBank.Sign(stated, [_world.Advance(address), Transfer(Sol)], _chain.Payer, _world.Authority))[0];
    }

    [Fact]
    public void A_nonce_made_in_this_block_serves_from_the_next_on()
    {
        Address nonce = _world.New(NonceAccount.Initialized(_world.Authority.PublicKey, _world.Next));
        byte[] transaction = SignDurable(nonce, Transfer(Sol));
        AssertRejected(TransactionErrorKind.BlockhashNotFound, _chain.Send(transaction)[0]);

        _chain.NextBlock();

        Expect(_chain.Send(transaction)[0]);
    }

    [Fact]
    public void The_advance_must_come_first_and_name_a_writable_static_key()
    {
        Address nonce = _world.NewNonce();
        Hash256 stated = _world.Read(nonce).Nonce;
        Instruction advance = _world.Advance(nonce);
        AccountMeta[] readOnly = advance.Accounts.ToArray();
        readOnly[0] = AccountMeta.Readonly(nonce);
        Instruction[][] wrong =
        [
            [],
            [Transfer(Sol), advance],
            [new Instruction(ProgramIds.System, readOnly, advance.Data)],
            [new Instruction(ProgramIds.System, default, advance.Data)],
            [new Instruction(ProgramIds.System, advance.Accounts, advance.Data[..3])],
            [new Instruction(ProgramIds.ComputeBudget, advance.Accounts, new byte[] { 4, 0, 0, 0, 1 })],
        ];

        foreach (Instruction[] instructions in wrong)
        {
            Keypair[] signers = instructions.Any(one => one.Accounts.Length > 2) ? [_chain.Payer, _world.Authority] : [_chain.Payer];
            AssertRejected(
                TransactionErrorKind.BlockhashNotFound, _chain.Send(TestBank.Sign(stated, instructions, signers))[0]);
        }
    }

    [Fact]
    public void A_nonce_account_from_a_lookup_table_does_not_count()
    {
        Address nonce = _world.NewNonce();
        Address table = TestKeys.Stranger(57);
        _chain.Set(table, Sol, ProgramIds.AddressLookupTable, LookupTables.Data([nonce]));
        var plain = new PlainTransaction
        {
            IsVersion0 = true,
            RequiredSignatures = 2,
            ReadonlySigned = 1,
            ReadonlyUnsigned = 2,
            Keys =
            [
                .. new[] { _chain.Payer.PublicKey, _world.Authority.PublicKey, ProgramIds.System, SysvarIds.RecentBlockhashes }
                    .Select(key => key.Span.ToArray()),
            ],
            Blockhash = _world.Read(nonce).Nonce.Span.ToArray(),
            Instructions = [(2, [4, 3, 1], [4, 0, 0, 0])],
            Lookups = [(table.Span.ToArray(), [0], [])],
        };
        byte[] message = plain.SerializeMessage();
        plain.Signatures = [_chain.Payer.Sign(message).Span.ToArray(), _world.Authority.Sign(message).Span.ToArray()];

        AssertRejected(TransactionErrorKind.BlockhashNotFound, _chain.Send(plain.Serialize())[0]);
    }

    [Fact]
    public void With_a_recent_blockhash_the_advance_is_an_instruction_like_any_other()
    {
        Address nonce = _world.NewNonce();
        Hash256 before = _world.Read(nonce).Nonce;

        InFlightTransaction sent = _chain.Send(
            [_world.Advance(nonce), Transfer(5_000 * Sol)], _chain.Payer, _world.Authority);

        Assert.Equal(TransactionError.AtInstruction(1, InstructionError.Custom(1)), ErrorOf(sent));
        Assert.Equal(before, _world.Read(nonce).Nonce);
    }

    [Fact]
    public void The_commit_marks_the_advanced_nonce_of_a_failed_transaction()
    {
        Address nonce = _world.NewNonce();
        _ = _chain.Accounts.Seal();
        _chain.Send(SignDurable(nonce, Transfer(5_000 * Sol)));

        StateSeal seal = _chain.Accounts.Seal();

        Assert.Equal(
            new[] { _chain.Payer.PublicKey, nonce }.Order(), seal.Changed.Select(snapshot => snapshot.Address).Order());
    }

    private byte[] SignDurable(Address nonce, params Instruction[] instructions) =>
        _world.SignDurable(nonce, instructions, _chain.Payer);

    private Instruction Transfer(ulong lamports) => SystemInstructions.Transfer(_chain.Payer.PublicKey, _to, lamports);

    private static void AssertRejected(TransactionErrorKind expected, InFlightTransaction sent)
    {
        Assert.Null(sent.Record);
        Assert.Equal(expected, sent.Rejection.Kind);
    }
}
