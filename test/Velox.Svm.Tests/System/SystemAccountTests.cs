using Velox.Cryptography;
using Velox.Primitives;
using Velox.State;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

public sealed class SystemAccountTests
{
    private readonly TestBank _bank = new();
    private readonly Keypair _payer;
    private readonly Address _owner = TestKeys.Stranger(7);

    public SystemAccountTests() => _payer = _bank.NewFunded(1_000 * Sol);

    [Fact]
    public void CreateAccount_gives_lamports_zeroed_space_and_owner()
    {
        Keypair created = _bank.NewKey();

        Create(created, Sol, 5_000).Expect();

        Account account = _bank.Account(created.PublicKey);
        Assert.Equal(Sol, account.Lamports);
        Assert.Equal(_owner, account.Owner);
        Assert.Equal(new byte[5_000], account.Data.Bytes.ToArray());
    }

    [Fact]
    public void CreateAccount_refuses_an_account_that_has_lamports()
    {
        Keypair funded = _bank.NewFunded();

        SendResult result = Create(funded, Sol, 10);

        result.ExpectFailure(InstructionError.Custom((uint)SystemError.AccountAlreadyInUse));
        result.ExpectLog(
            $"Create Account: account Address {{ address: {funded.PublicKey}, base: None }} already in use");
    }

    [Fact]
    public void CreateAccount_needs_the_signature_of_the_new_account()
    {
        Address created = TestKeys.Stranger(8);
        Instruction instruction = InstructionVariant.Of(
            SystemInstructions.CreateAccount(_payer.PublicKey, created, Sol, 10, _owner),
            AccountMeta.WritableSigner(_payer.PublicKey), AccountMeta.Writable(created));

        SendResult result = _bank.Send(instruction, _payer);

        result.ExpectFailure(InstructionErrorKind.MissingRequiredSignature);
        result.ExpectLog($"Allocate: 'to' account Address {{ address: {created}, base: None }} must sign");
    }

    [Fact]
    public void CreateAccount_needs_the_signature_of_the_payer()
    {
        Keypair created = _bank.NewKey();
        Keypair rich = _bank.NewFunded();
        Instruction instruction = InstructionVariant.Of(
            SystemInstructions.CreateAccount(rich.PublicKey, created.PublicKey, Sol, 10, _owner),
            AccountMeta.Writable(rich.PublicKey), AccountMeta.WritableSigner(created.PublicKey));

        _bank.Send(instruction, _payer, created).ExpectFailure(InstructionErrorKind.MissingRequiredSignature);

        Assert.Null(_bank.Bank.Accounts.Find(created.PublicKey));
    }

    [Fact]
    public void CreateAccount_with_too_little_for_rent_fails_at_the_account()
    {
        Keypair created = _bank.NewKey();

        SendResult result = Create(created, Rent.MinimumBalance(10) - 1, 10);

        Assert.Equal(new TransactionError(TransactionErrorKind.InsufficientFundsForRent, 1), result.Error);
        Assert.Null(_bank.Bank.Accounts.Find(created.PublicKey));
    }

    [Fact]
    public void CreateAccount_with_exactly_the_rent_minimum_succeeds()
    {
        Create(_bank.NewKey(), Rent.MinimumBalance(10), 10).Expect();
    }

    [Fact]
    public void Allocate_takes_ten_MiB_and_not_one_byte_more()
    {
        Keypair account = _bank.NewFunded(200 * Sol);

        SendResult tooLarge = _bank.Send(
            SystemInstructions.Allocate(account.PublicKey, AccountHandle.MaxDataLength + 1), _payer, account);
        tooLarge.ExpectFailure(InstructionError.Custom((uint)SystemError.InvalidAccountDataLength));
        tooLarge.ExpectLog("Allocate: requested 10485761, max allowed 10485760");
        _bank.Send(SystemInstructions.Allocate(account.PublicKey, ulong.MaxValue), _payer, account)
            .ExpectFailure(InstructionError.Custom((uint)SystemError.InvalidAccountDataLength));

        _bank.Send(
            SystemInstructions.Allocate(account.PublicKey, AccountHandle.MaxDataLength), _payer, account).Expect();

        Assert.Equal(AccountHandle.MaxDataLength, _bank.Account(account.PublicKey).Data.Length);
    }

    [Fact]
    public void Allocate_refuses_an_account_with_data_or_a_foreign_owner()
    {
        Keypair withData = _bank.NewKey();
        Keypair foreign = _bank.NewKey();
        _bank.Send(
            SystemInstructions.CreateAccount(_payer.PublicKey, withData.PublicKey, Sol, 1, ProgramIds.System),
            _payer, withData).Expect();
        Create(foreign, Sol, 0).Expect();

        foreach (Keypair account in new[] { withData, foreign })
        {
            SendResult result = _bank.Send(SystemInstructions.Allocate(account.PublicKey, 8), _payer, account);

            result.ExpectFailure(InstructionError.Custom((uint)SystemError.AccountAlreadyInUse));
            result.ExpectLog(
                $"Allocate: account Address {{ address: {account.PublicKey}, base: None }} already in use");
        }
    }

    [Fact]
    public void Allocate_of_a_read_only_account_is_refused_even_for_no_bytes()
    {
        Keypair account = _bank.NewFunded();
        Instruction instruction = InstructionVariant.Of(
            SystemInstructions.Allocate(account.PublicKey, 0), AccountMeta.ReadonlySigner(account.PublicKey));

        _bank.Send(instruction, _payer, account).ExpectFailure(InstructionErrorKind.ReadonlyDataModified);
    }

    [Fact]
    public void A_transaction_grows_accounts_by_twenty_MiB_and_not_by_more()
    {
        Keypair[] accounts = [_bank.NewFunded(80 * Sol), _bank.NewFunded(80 * Sol), _bank.NewFunded(80 * Sol)];
        Instruction[] full =
        [
            SystemInstructions.Allocate(accounts[0].PublicKey, AccountHandle.MaxDataLength),
            SystemInstructions.Allocate(accounts[1].PublicKey, AccountHandle.MaxDataLength),
        ];

        _bank.Send([.. full, SystemInstructions.Allocate(accounts[2].PublicKey, 1)], [_payer, .. accounts])
            .ExpectFailure(InstructionErrorKind.MaxAccountsDataAllocationsExceeded, instruction: 2);
        Assert.All(accounts, account => Assert.Equal(0, _bank.Account(account.PublicKey).Data.Length));
        _bank.Send(full, [_payer, .. accounts[..2]]).Expect();
    }

    [Fact]
    public void Assign_hands_the_account_over_once()
    {
        Keypair account = _bank.NewFunded();

        _bank.Send(SystemInstructions.Assign(account.PublicKey, _owner), _payer, account).Expect();
        Assert.Equal(_owner, _bank.Account(account.PublicKey).Owner);

        // The same owner again is no work, another one is not the system program's to give.
        _bank.Send(SystemInstructions.Assign(account.PublicKey, _owner), _payer, account).Expect();
        _bank.Send(SystemInstructions.Assign(account.PublicKey, TestKeys.Stranger(9)), _payer, account)
            .ExpectFailure(InstructionErrorKind.ModifiedProgramId);
    }

    [Fact]
    public void Assign_needs_a_signature_and_a_writable_account()
    {
        Keypair account = _bank.NewFunded();
        Instruction assign = SystemInstructions.Assign(account.PublicKey, _owner);

        SendResult unsigned = _bank.Send(
            InstructionVariant.Of(assign, AccountMeta.Writable(account.PublicKey)), _payer);
        unsigned.ExpectFailure(InstructionErrorKind.MissingRequiredSignature);
        unsigned.ExpectLog($"Assign: account Address {{ address: {account.PublicKey}, base: None }} must sign");
        _bank.Send(InstructionVariant.Of(assign, AccountMeta.ReadonlySigner(account.PublicKey)), _payer, account)
            .ExpectFailure(InstructionErrorKind.ModifiedProgramId);
        _bank.Send(InstructionVariant.Of(assign), _payer).ExpectFailure(InstructionErrorKind.MissingAccount);
    }

    [Fact]
    public void What_a_failed_transaction_created_does_not_exist()
    {
        Keypair created = _bank.NewKey();

        SendResult result = _bank.Send(
            [
                SystemInstructions.CreateAccount(_payer.PublicKey, created.PublicKey, Sol, 5_000, _owner),
                SystemInstructions.Transfer(_payer.PublicKey, created.PublicKey, 10_000 * Sol),
            ],
            _payer, created);

        result.ExpectFailure(InstructionError.Custom((uint)SystemError.ResultWithNegativeLamports), instruction: 1);
        Assert.Null(_bank.Bank.Accounts.Find(created.PublicKey));
        Assert.Null(_bank.Bank.Accounts.Prove(created.PublicKey));
    }

    private SendResult Create(Keypair created, ulong lamports, ulong space) => _bank.Send(
        SystemInstructions.CreateAccount(
            _payer.PublicKey, created.PublicKey, lamports, space, _owner), _payer, created);
}
