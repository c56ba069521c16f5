using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.NonceWorld;
using static Velox.Svm.Tests.StageChain;

namespace Velox.Svm.Tests;

public sealed class NonceInstructionTests
{
    private static readonly InstructionError AdvancedAlready =
        InstructionError.Custom((uint)SystemError.NonceBlockhashNotExpired);

    private readonly NonceWorld _world = new();
    private readonly Keypair _authority;
    private readonly Address _to = TestKeys.Stranger(77);

    public NonceInstructionTests() => _authority = _world.Authority;

    [Fact]
    public void The_state_has_Solanas_layout()
    {
        byte[] data = new byte[80];
        NonceAccount.Initialized(_to, new Hash256(TestKeys.Stranger(5).Span)).WriteTo(data);

        Assert.Equal(
            [1, 0, 0, 0, 1, 0, 0, 0, .. _to.Span, .. TestKeys.Stranger(5).Span, 0x88, 0x13, 0, 0, 0, 0, 0, 0], data);
    }

    [Fact]
    public void A_nonce_is_created_advanced_authorized_and_closed()
    {
        StageChain chain = _world.Chain;
        Keypair nonce = chain.NewKey();
        Keypair other = chain.NewKey();
        Expect(chain.Send(
            [
                SystemInstructions.CreateAccount(chain.Payer.PublicKey, nonce.PublicKey, Balance, 80, ProgramIds.System),
                SystemInstructions.InitializeNonceAccount(nonce.PublicKey, _authority.PublicKey),
            ],
            chain.Payer, nonce));
        Assert.Equal(NonceAccount.Initialized(_authority.PublicKey, _world.Next), _world.Read(nonce.PublicKey));

        chain.NextBlock();
        Expect(chain.Send(_world.Advance(nonce.PublicKey), chain.Payer, _authority));
        Assert.Equal(_world.Next, _world.Read(nonce.PublicKey).Nonce);
        Expect(chain.Send(
            SystemInstructions.AuthorizeNonceAccount(nonce.PublicKey, _authority.PublicKey, other.PublicKey),
            chain.Payer, _authority));
        Assert.Equal(NonceAccount.Initialized(other.PublicKey, _world.Next), _world.Read(nonce.PublicKey));

        chain.NextBlock();
        Expect(chain.Send(Withdraw(nonce.PublicKey, other.PublicKey, Balance), chain.Payer, other));
        Assert.Null(chain.Accounts.Find(nonce.PublicKey) is { Exists: true } left ? left : null);
        Assert.Equal(Balance, chain.Balance(_to));
    }

    [Fact]
    public void A_nonce_advances_once_in_a_block()
    {
        Address nonce = _world.NewNonce();
        Expect(_world.Chain.Send(_world.Advance(nonce), _world.Chain.Payer, _authority));

        _world.ExpectFailure(
            SystemInstructions.AdvanceNonceAccount(nonce, _authority.PublicKey), AdvancedAlready,
            "Advance nonce account: nonce can only advance once per slot", _authority);
    }

    [Fact]
    public void Advancing_needs_the_authoritys_signature()
    {
        Address nonce = _world.NewNonce();
        Keypair stranger = _world.Chain.NewKey();

        _world.ExpectFailure(
            SystemInstructions.AdvanceNonceAccount(nonce, stranger.PublicKey),
            InstructionErrorKind.MissingRequiredSignature,
            $"Advance nonce account: Account {_authority.PublicKey} must be a signer", stranger);
    }

    [Theory]
    [InlineData(4, "Advance")]
    [InlineData(5, "Withdraw")]
    [InlineData(6, "Initialize")]
    [InlineData(7, "Authorize")]
    public void A_nonce_account_that_is_not_writable_is_an_invalid_argument(uint tag, string action)
    {
        Address nonce = _world.NewNonce();
        Instruction instruction = Make(tag, nonce);
        AccountMeta[] accounts = instruction.Accounts.ToArray();
        accounts[0] = AccountMeta.Readonly(nonce);

        _world.ExpectFailure(
            new Instruction(ProgramIds.System, accounts, instruction.Data), InstructionErrorKind.InvalidArgument,
            $"{action} nonce account: Account {nonce} must be writeable", _authority);
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(5, 3)]
    [InlineData(6, 1)]
    [InlineData(6, 2)]
    public void The_sysvars_must_be_there_and_be_the_right_ones(uint tag, int index)
    {
        Address nonce = tag == 6 ? _world.New(NonceAccount.Uninitialized) : _world.NewNonce();
        Instruction instruction = Make(tag, nonce);
        AccountMeta[] accounts = instruction.Accounts.ToArray();

        _world.ExpectFailure(
            new Instruction(ProgramIds.System, accounts.AsMemory(0, index), instruction.Data),
            InstructionErrorKind.MissingAccount, null);
        accounts[index] = AccountMeta.Readonly(SysvarIds.Clock);
        _world.ExpectFailure(
            new Instruction(ProgramIds.System, accounts, instruction.Data),
            InstructionErrorKind.InvalidArgument, null, tag == 6 ? [] : [_authority]);
    }

    [Theory]
    [InlineData(4, "Advance")]
    [InlineData(6, "Initialize")]
    public void An_empty_list_of_blockhashes_is_its_own_error(uint tag, string action)
    {
        Address nonce = _world.NewNonce();
        _world.Chain.Block = _world.Chain.Block with
        {
            Sysvars = new SysvarCache([new(SysvarIds.RecentBlockhashes, new byte[8]), new(SysvarIds.Rent, new byte[17])]),
        };

        _world.ExpectFailure(
            Make(tag, nonce), InstructionError.Custom((uint)SystemError.NonceNoRecentBlockhashes),
            $"{action} nonce account: recent blockhash list is empty", tag == 4 ? [_authority] : []);
    }

    [Fact]
    public void Without_the_sysvar_itself_it_is_unsupported()
    {
        Address nonce = _world.NewNonce();
        _world.Chain.Block = _world.Chain.Block with { Sysvars = SysvarCache.Empty };

        _world.ExpectFailure(Make(4, nonce), InstructionErrorKind.UnsupportedSysvar, null, _authority);
    }

    [Theory]
    [InlineData(4, "Advance")]
    [InlineData(7, "Authorize")]
    public void An_uninitialised_account_has_an_invalid_state(uint tag, string action)
    {
        Address nonce = _world.New(NonceAccount.Uninitialized);

        _world.ExpectFailure(
            Make(tag, nonce), InstructionErrorKind.InvalidAccountData,
            $"{action} nonce account: Account {nonce} state is invalid", _authority);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(79)]
    public void Data_that_ends_inside_the_state_is_invalid(int length)
    {
        Address nonce = _world.NewNonce();
        byte[] data = _world.Chain.Account(nonce).Data.Bytes[..length].ToArray();
        _world.Chain.Set(nonce, Balance, ProgramIds.System, data);

        _world.ExpectFailure(Make(4, nonce), InstructionErrorKind.InvalidAccountData, null, _authority);
    }

    [Fact]
    public void Initialising_needs_the_rent_minimum_and_an_account_without_state()
    {
        ulong minimum = Rent.MinimumBalance(80);
        Address poor = _world.New(NonceAccount.Uninitialized, minimum - 1);
        Address used = _world.NewNonce();

        _world.ExpectFailure(
            Make(6, poor), InstructionErrorKind.InsufficientFunds,
            $"Initialize nonce account: insufficient lamports {minimum - 1}, need {minimum}");
        _world.ExpectFailure(
            Make(6, used), InstructionErrorKind.InvalidAccountData,
            $"Initialize nonce account: Account {used} state is invalid");
        Expect(_world.Chain.Send(Make(6, _world.New(NonceAccount.Uninitialized, minimum)), _world.Chain.Payer));
    }

    [Fact]
    public void Initialising_too_small_an_account_fails_when_the_state_is_written()
    {
        Address small = TestKeys.Stranger(78);
        _world.Chain.Set(small, Sol, ProgramIds.System, new byte[79]);

        _world.ExpectFailure(Make(6, small), InstructionErrorKind.AccountDataTooSmall, null);
    }

    [Fact]
    public void A_partial_withdrawal_leaves_the_rent_minimum()
    {
        Address nonce = _world.NewNonce();
        ulong minimum = Rent.MinimumBalance(80);

        _world.ExpectFailure(
            Withdraw(nonce, _authority.PublicKey, Balance - minimum + 1), InstructionErrorKind.InsufficientFunds,
            $"Withdraw nonce account: insufficient lamports {Balance}, need {Balance + 1}", _authority);
        _world.ExpectFailure(
            Withdraw(nonce, _authority.PublicKey, ulong.MaxValue), InstructionErrorKind.InsufficientFunds, null, _authority);
        Keypair stranger = _world.Chain.NewKey();
        _world.ExpectFailure(
            Withdraw(nonce, stranger.PublicKey, 1), InstructionErrorKind.MissingRequiredSignature,
            $"Withdraw nonce account: Account {_authority.PublicKey} must sign", stranger);

        _world.Chain.Set(_to, Sol, ProgramIds.System, []);
        Expect(_world.Chain.Send(
            Withdraw(nonce, _authority.PublicKey, Balance - minimum), _world.Chain.Payer, _authority));
        Assert.Equal(minimum, _world.Chain.Balance(nonce));
        Assert.True(_world.Read(nonce).IsInitialized);
    }

    [Fact]
    public void A_nonce_is_not_closed_in_the_block_that_advanced_it()
    {
        Address nonce = _world.New(NonceAccount.Initialized(_authority.PublicKey, _world.Next));

        _world.ExpectFailure(
            Withdraw(nonce, _authority.PublicKey, Balance), AdvancedAlready,
            "Withdraw nonce account: nonce can only advance once per slot", _authority);
    }

    [Fact]
    public void An_account_without_state_is_emptied_by_its_own_signature()
    {
        Keypair own = _world.Chain.NewKey();
        byte[] data = new byte[80];
        NonceAccount.Uninitialized.WriteTo(data);
        _world.Chain.Set(own.PublicKey, Sol, ProgramIds.System, data);

        _world.ExpectFailure(
            Withdraw(own.PublicKey, _authority.PublicKey, Sol + 1), InstructionErrorKind.InsufficientFunds,
            $"Withdraw nonce account: insufficient lamports {Sol}, need {Sol + 1}", _authority);
        _world.ExpectFailure(
            Withdraw(own.PublicKey, _authority.PublicKey, Sol), InstructionErrorKind.MissingRequiredSignature,
            $"Withdraw nonce account: Account {own.PublicKey} must sign", _authority);
        Expect(_world.Chain.Send(Withdraw(own.PublicKey, own.PublicKey, Sol), _world.Chain.Payer, own));
    }

    [Fact]
    public void Only_an_initialised_legacy_nonce_is_upgraded()
    {
        var legacy = new NonceAccount(false, true, _authority.PublicKey, new Hash256(_to.Span), 7);
        Address nonce = _world.New(legacy);
        Expect(_world.Chain.Send(SystemInstructions.UpgradeNonceAccount(nonce), _world.Chain.Payer));
        Assert.Equal(
            legacy with { IsCurrent = true, Nonce = NonceAccount.NonceOf(legacy.Nonce) }, _world.Read(nonce));

        Address[] others =
        [
            nonce,
            _world.New(NonceAccount.Uninitialized),
            _world.New(NonceAccount.Uninitialized with { IsCurrent = false }),
        ];
        foreach (Address other in others)
        {
            Instruction upgrade = new(
                ProgramIds.System, new[] { AccountMeta.Writable(other), AccountMeta.Readonly(other) }, new byte[] { 12, 0, 0, 0 });
            _world.ExpectFailure(upgrade, InstructionErrorKind.InvalidArgument, null);
        }

        _world.Chain.Set(nonce, Sol, _to, new byte[80]);
        _world.ExpectFailure(
            SystemInstructions.UpgradeNonceAccount(nonce), InstructionErrorKind.InvalidAccountOwner, null);
    }

    [Fact]
    public void An_authorised_legacy_nonce_stays_a_legacy_one()
    {
        var legacy = new NonceAccount(false, true, _authority.PublicKey, new Hash256(_to.Span), 7);
        Address nonce = _world.New(legacy);

        Expect(_world.Chain.Send(
            SystemInstructions.AuthorizeNonceAccount(nonce, _authority.PublicKey, _to), _world.Chain.Payer, _authority));

        Assert.Equal(legacy with { Authority = _to }, _world.Read(nonce));
    }

    private Instruction Make(uint tag, Address nonce) => tag switch
    {
        4 => SystemInstructions.AdvanceNonceAccount(nonce, _authority.PublicKey),
        5 => Withdraw(nonce, _authority.PublicKey, 1),
        6 => SystemInstructions.InitializeNonceAccount(nonce, _authority.PublicKey),
        _ => SystemInstructions.AuthorizeNonceAccount(nonce, _authority.PublicKey, _to),
    };

    private Instruction Withdraw(Address nonce, Address authority, ulong lamports) =>
        SystemInstructions.WithdrawNonceAccount(nonce, authority, _to, lamports);
}
