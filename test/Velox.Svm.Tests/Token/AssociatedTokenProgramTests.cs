using Velox.Cryptography;
using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Associated token accounts and memos, in whole transactions.</summary>
public sealed class AssociatedTokenProgramTests
{
    private static readonly ulong TokenRent = Rent.MinimumBalance(TokenAccount.Size);

    private readonly TestBank _bank = new(new TokenProgram(), new AssociatedTokenProgram(), new MemoProgram());
    private readonly Keypair _payer;
    private readonly Address _mint;

    public AssociatedTokenProgramTests()
    {
        _payer = _bank.NewFunded();
        _mint = NewMint();
    }

    [Fact]
    public void An_account_is_created_by_the_calls_that_the_original_makes()
    {
        Address wallet = TestKeys.Stranger(1);
        Address account = AssociatedTokenProgram.AddressOf(wallet, _mint);

        Instruction create = AssociatedTokenInstructions.Create(_payer.PublicKey, account, wallet, _mint);
        TransactionRecord record = Send(create).Expect();

        Assert.Equal(TokenRent, _bank.Balance(account));
        Assert.False(TokenAccount.TryRead(_bank.Account(account).Data.Bytes, out TokenAccount created).IsError);
        Assert.Equal((wallet, _mint), (created.Owner, created.Mint));
        Assert.Equal([21, 0, 22, 18], record.InnerInstructions.Select(inner => (int)inner.Data[0]));
        Assert.All(record.InnerInstructions, inner => Assert.Equal(2, inner.StackHeight));
    }

    [Fact]
    public void An_address_that_holds_lamports_is_topped_up_allocated_and_assigned()
    {
        Address wallet = TestKeys.Stranger(2);
        Address account = AssociatedTokenProgram.AddressOf(wallet, _mint);
        _bank.Fund(account, Rent.MinimumBalance(0));

        Instruction create = AssociatedTokenInstructions.Create(_payer.PublicKey, account, wallet, _mint);
        TransactionRecord record = Send(create).Expect();

        Assert.Equal(TokenRent, _bank.Balance(account));
        Assert.Equal([21, 2, 8, 1, 22, 18], record.InnerInstructions.Select(inner => (int)inner.Data[0]));
    }

    [Fact]
    public void A_second_creation_fails_unless_it_is_idempotent()
    {
        Address wallet = TestKeys.Stranger(3);
        Address account = AssociatedTokenProgram.AddressOf(wallet, _mint);
        Instruction create = AssociatedTokenInstructions.Create(_payer.PublicKey, account, wallet, _mint);
        Instruction idempotent = AssociatedTokenInstructions.CreateIdempotent(_payer.PublicKey, account, wallet, _mint);

        Send(idempotent).Expect();
        Send(idempotent).Expect();
        Send(create).ExpectFailure(InstructionErrorKind.IllegalOwner);
        Send(new Instruction(create.ProgramId, create.Accounts, new byte[] { 3 }))
            .ExpectFailure(InstructionErrorKind.InvalidInstructionData);
    }

    [Fact]
    public void Another_address_than_the_derived_one_is_refused()
    {
        Address wallet = TestKeys.Stranger(4);
        Send(AssociatedTokenInstructions.Create(_payer.PublicKey, TestKeys.Stranger(5), wallet, _mint))
            .ExpectLog("Error: Associated address does not match seed derivation")
            .ExpectFailure(InstructionErrorKind.InvalidSeeds);
    }

    [Fact]
    public void Tokens_in_a_nested_account_come_back_to_the_wallet()
    {
        Address wallet = _payer.PublicKey;
        Address nestedMint = NewMint();
        Address owner = AssociatedTokenProgram.AddressOf(wallet, _mint);
        Address nested = AssociatedTokenProgram.AddressOf(owner, nestedMint);
        Address destination = AssociatedTokenProgram.AddressOf(wallet, nestedMint);
        Send(
            AssociatedTokenInstructions.Create(wallet, owner, wallet, _mint),
            AssociatedTokenInstructions.Create(wallet, nested, owner, nestedMint),
            AssociatedTokenInstructions.Create(wallet, destination, wallet, nestedMint),
            TokenInstructions.MintTo(nestedMint, nested, wallet, 77)).Expect();

        TransactionRecord record = Send(Recover(nested, nestedMint, destination, owner, wallet)).Expect();

        Assert.Equal([12, 9], record.InnerInstructions.Select(inner => (int)inner.Data[0]));
        TokenAccount.TryRead(_bank.Account(destination).Data.Bytes, out TokenAccount recovered);
        Assert.Equal(77ul, recovered.Amount);
        Assert.Equal(0ul, _bank.Balance(nested));
        Send(Recover(nested, nestedMint, destination, owner, wallet))
            .ExpectLog("Nested associated token account not owned by provided token program")
            .ExpectFailure(InstructionErrorKind.IllegalOwner);
    }

    [Fact]
    public void A_memo_is_logged_when_all_its_accounts_signed()
    {
        Send(Memo("h\"i\n"u8, AccountMeta.ReadonlySigner(_payer.PublicKey)))
            .ExpectLog("Program log: Signed by:")
            .ExpectLog($"Program log: {_payer.PublicKey}")
            .ExpectLog("Program log: Memo (len 4)")
            .ExpectLog("Program log: h\"i\n")
            .Expect();
        Send(Memo("hi"u8, AccountMeta.Readonly(TestKeys.Stranger(6))))
            .ExpectFailure(InstructionErrorKind.MissingRequiredSignature);
        Send(Memo([0x61, 0x62, 0xFF]))
            .ExpectLog("invalid utf-8 sequence of 1 bytes from index 2: [97, 98, 255]")
            .ExpectFailure(InstructionErrorKind.ProgramFailedToComplete);
    }

    private static Instruction Memo(ReadOnlySpan<byte> text, params AccountMeta[] accounts) =>
        new(ProgramIds.Memo, accounts, text.ToArray());

    private Instruction Recover(
        Address nested, Address nestedMint, Address destination, Address owner, Address wallet) => new(
        ProgramIds.AssociatedToken,
        new[]
        {
            AccountMeta.Writable(nested),
            AccountMeta.Readonly(nestedMint),
            AccountMeta.Writable(destination),
            AccountMeta.Readonly(owner),
            AccountMeta.Readonly(_mint),
            AccountMeta.WritableSigner(wallet),
            AccountMeta.Readonly(ProgramIds.Token),
        },
        new[] { (byte)AssociatedTokenInstructionTag.RecoverNested });

    private SendResult Send(params Instruction[] instructions) => _bank.Send(instructions, _payer);

    private Address NewMint()
    {
        Keypair mint = _bank.NewKey();
        _bank.Send(
            [
                SystemInstructions.CreateAccount(
                    _payer.PublicKey, mint.PublicKey, Rent.MinimumBalance(TokenMint.Size), TokenMint.Size,
                    ProgramIds.Token),
                TokenInstructions.InitializeMint2(mint.PublicKey, 2, _payer.PublicKey),
            ],
            _payer, mint).Expect();
        return mint.PublicKey;
    }
}
