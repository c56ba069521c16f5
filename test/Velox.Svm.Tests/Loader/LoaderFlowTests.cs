using Velox.Cryptography;
using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Programs uploaded, deployed, upgraded, handed on, extended and closed through blocks of a bank.</summary>
public sealed class LoaderFlowTests
{
    private static readonly Address Loader = ProgramIds.BpfLoaderUpgradeable;

    private readonly TestBank _bank = new(new UpgradeableLoader());
    private readonly Keypair _payer;
    private readonly Keypair _authority;
    private readonly Keypair _program;

    public LoaderFlowTests()
    {
        _payer = _bank.NewFunded(100 * TestBank.Sol);
        _authority = _bank.NewKey();
        _program = _bank.NewKey();
    }

    private Address ProgramData => LoaderState.ProgramDataAddress(_program.PublicKey);

    [Fact]
    public void A_program_is_deployed_from_a_buffer_written_in_parts()
    {
        byte[] elf = TestElf.Returning(7);
        Keypair buffer = Upload(elf);
        ulong before = _bank.Balance(_payer.PublicKey);
        SendResult result = Deploy(buffer, 1_000);
        result.Expect();
        Assert.Equal($"Deployed program {_program.PublicKey}", result.Log[^2]);

        Account program = _bank.Account(_program.PublicKey);
        Assert.True(program.Executable);
        Assert.Equal(Loader, program.Owner);
        Assert.Equal(ProgramData, LoaderWorld.StateOf(program).ProgramData);
        Account data = _bank.Account(ProgramData);
        Assert.Equal(LoaderState.OfProgramData(_bank.Bank.Slot, _authority.PublicKey), LoaderWorld.StateOf(data));
        Assert.Equal(45 + 1_000, data.Data.Length);
        Assert.Equal(elf, data.Data.Bytes.Slice(45, elf.Length));
        Assert.False(data.Data.Bytes[(45 + elf.Length)..].ContainsAnyExcept((byte)0));
        Assert.Equal(Rent.MinimumBalance(1_045), data.Lamports);

        // The buffer's lamports paid for the code, and the buffer is gone.
        Assert.Null(_bank.Bank.Accounts.Find(buffer.PublicKey));
        ulong paid = Rent.MinimumBalance(36) + Rent.MinimumBalance(1_045) + 15_000 - Rent.MinimumBalance(37 + elf.Length);
        Assert.Equal(before - paid, _bank.Balance(_payer.PublicKey));
        InnerInstruction creation = Assert.Single(result.Record!.InnerInstructions, inner => inner.TopLevelIndex == 1);
        Assert.Equal(3, creation.AccountIndexes.Length);
    }

    [Fact]
    public void A_program_changes_once_in_a_slot()
    {
        Deploy(Upload(TestElf.Returning(1)), 1_000).Expect();
        byte[] first = _bank.Sign([Upgrade(Upload(TestElf.Returning(2)))], _payer, _authority);
        byte[] second = _bank.Sign([Upgrade(Upload(TestElf.Returning(3)))], _payer, _authority);
        SendResult[] results = _bank.SendBlock([[first], [second]]);
        results[0].Expect();
        Assert.Equal($"Upgraded program {_program.PublicKey}", results[0].Log[^2]);
        results[1].ExpectFailure(InstructionErrorKind.InvalidArgument);
        results[1].ExpectLog("Program was deployed in this block already");
        AssertCode(TestElf.Returning(2));
        _bank.SendBytes(_bank.Sign([Upgrade(Upload(TestElf.Returning(4)))], _payer, _authority)).Expect();
        AssertCode(TestElf.Returning(4));
    }

    [Fact]
    public void An_upgrade_leaves_the_minimum_and_spills_the_rest()
    {
        Deploy(Upload(TestElf.Of("mov64 r0, 1\nmov64 r0, 2\nexit")), 1_000).Expect();
        byte[] elf = TestElf.Returning(2);
        Keypair buffer = Upload(elf);
        Address spill = TestKeys.Stranger(50);
        Instruction upgrade = LoaderInstructions.Upgrade(_program.PublicKey, buffer.PublicKey, _authority.PublicKey, spill);
        _bank.Send(upgrade, _payer, _authority).Expect();
        AssertCode(elf);
        Assert.Equal(Rent.MinimumBalance(37 + elf.Length), _bank.Balance(spill));
        Assert.Equal(Rent.MinimumBalance(1_045), _bank.Balance(ProgramData));
        Assert.Null(_bank.Bank.Accounts.Find(buffer.PublicKey));
    }

    [Fact]
    public void An_immutable_program_stays()
    {
        Deploy(Upload(TestElf.Returning(1)), 1_000).Expect();
        SendResult result = _bank.Send(
            LoaderInstructions.SetUpgradeAuthority(_program.PublicKey, _authority.PublicKey, null), _payer, _authority);
        result.Expect();
        Assert.Equal("New authority None", result.Log[^2]);
        Assert.Null(LoaderWorld.StateOf(_bank.Account(ProgramData)).Authority);
        _bank.Send(Upgrade(Upload(TestElf.Returning(2))), _payer, _authority).ExpectFailure(InstructionErrorKind.Immutable);
        _bank.Send(LoaderInstructions.ExtendProgram(_program.PublicKey, 20_000, _payer.PublicKey), _payer)
            .ExpectFailure(InstructionErrorKind.Immutable);
    }

    [Fact]
    public void Authorities_hand_on()
    {
        Deploy(Upload(TestElf.Returning(1)), 1_000).Expect();
        Keypair heir = _bank.NewKey();
        SendResult result = _bank.Send(
            LoaderInstructions.SetUpgradeAuthorityChecked(_program.PublicKey, _authority.PublicKey, heir.PublicKey),
            _payer, _authority, heir);
        result.Expect();
        Assert.Equal($"New authority {heir.PublicKey}", result.Log[^2]);
        Keypair buffer = Upload(TestElf.Returning(2));
        result = _bank.Send(
            LoaderInstructions.SetBufferAuthority(buffer.PublicKey, _authority.PublicKey, heir.PublicKey), _payer, _authority);
        result.Expect();
        Assert.Equal($"New authority Some({heir.PublicKey})", result.Log[^2]);
        _bank.Send(
            LoaderInstructions.Upgrade(_program.PublicKey, buffer.PublicKey, heir.PublicKey, _payer.PublicKey), _payer, heir)
            .Expect();
        AssertCode(TestElf.Returning(2));
    }

    [Fact]
    public void Anybody_extends_a_program_who_pays()
    {
        Deploy(Upload(TestElf.Returning(1)), 1_000).Expect();
        Keypair donor = _bank.NewFunded();
        SendResult result = _bank.Send(LoaderInstructions.ExtendProgram(_program.PublicKey, 20_000, donor.PublicKey), donor);
        result.Expect();
        Assert.Equal("Extended ProgramData account by 20000 bytes", result.Log[^2]);
        Account data = _bank.Account(ProgramData);
        Assert.Equal(45 + 21_000, data.Data.Length);
        Assert.Equal(Rent.MinimumBalance(21_045), data.Lamports);
        Assert.Equal(LoaderState.OfProgramData(_bank.Bank.Slot, _authority.PublicKey), LoaderWorld.StateOf(data));
        AssertCode(TestElf.Returning(1));
    }

    [Fact]
    public void A_closed_program_leaves_its_address_used_for_ever()
    {
        Deploy(Upload(TestElf.Returning(1)), 1_000).Expect();
        Address recipient = TestKeys.Stranger(51);
        SendResult result = _bank.Send(
            LoaderInstructions.CloseProgram(_program.PublicKey, recipient, _authority.PublicKey), _payer, _authority);
        result.Expect();
        Assert.Equal($"Closed Program {_program.PublicKey}", result.Log[^2]);
        Assert.Equal(Rent.MinimumBalance(1_045), _bank.Balance(recipient));
        Assert.Null(_bank.Bank.Accounts.Find(ProgramData));
        Assert.Equal(LoaderStateKind.Program, LoaderWorld.StateOf(_bank.Account(_program.PublicKey)).Kind);
        Keypair buffer = Upload(TestElf.Returning(2));
        _bank.Send(DeployInstruction(buffer, 1_000), _payer, _authority)
            .ExpectFailure(InstructionErrorKind.AccountAlreadyInitialized);
        _bank.Send(
            LoaderInstructions.CloseBuffer(buffer.PublicKey, recipient, _authority.PublicKey), _payer, _authority)
            .ExpectLog($"Closed Buffer {buffer.PublicKey}").Expect();
        Assert.Null(_bank.Bank.Accounts.Find(buffer.PublicKey));
    }

    [Fact]
    public void What_was_never_a_buffer_closes_without_signature()
    {
        Keypair account = _bank.NewKey();
        ulong lamports = Rent.MinimumBalance(100);
        _bank.Send(
            SystemInstructions.CreateAccount(_payer.PublicKey, account.PublicKey, lamports, 100, Loader), _payer, account).Expect();
        Address recipient = TestKeys.Stranger(52);
        _bank.Send(LoaderInstructions.CloseUninitialized(account.PublicKey, recipient), _payer)
            .ExpectLog($"Closed Uninitialized {account.PublicKey}").Expect();
        Assert.Equal(lamports, _bank.Balance(recipient));
    }

    [Fact]
    public void A_program_that_calls_nothing_known_is_refused()
    {
        // sBPF V3: syscall (0x95) of a number that is no function's.
        byte[] text = [0x95, 0, 0, 0, 1, 2, 3, 4, 0x9D, 0, 0, 0, 0, 0, 0, 0];
        SendResult result = Deploy(Upload(TestElf.OfText(text)), 1_000);
        result.ExpectFailure(InstructionErrorKind.InvalidAccountData, instruction: 1);
        Assert.Null(_bank.Bank.Accounts.Find(ProgramData));
    }

    private void AssertCode(byte[] elf)
    {
        ReadOnlySpan<byte> code = _bank.Account(ProgramData).Data.Bytes[45..];
        Assert.Equal(elf, code[..elf.Length]);
        Assert.False(code[elf.Length..].ContainsAnyExcept((byte)0));
    }

    private Instruction Upgrade(Keypair buffer) => LoaderInstructions.Upgrade(
        _program.PublicKey, buffer.PublicKey, _authority.PublicKey, _payer.PublicKey);

    private Instruction DeployInstruction(Keypair buffer, ulong maxDataLength) => LoaderInstructions.DeployWithMaxDataLen(
        _payer.PublicKey, _program.PublicKey, buffer.PublicKey, _authority.PublicKey, maxDataLength);

    private SendResult Deploy(Keypair buffer, ulong maxDataLength) => _bank.Send(
        [
            SystemInstructions.CreateAccount(
                _payer.PublicKey, _program.PublicKey, Rent.MinimumBalance(LoaderState.ProgramSize), LoaderState.ProgramSize, Loader),
            DeployInstruction(buffer, maxDataLength),
        ],
        _payer, _program, _authority);

    private Keypair Upload(byte[] elf)
    {
        Keypair buffer = _bank.NewKey();
        int length = LoaderState.BufferHeadSize + elf.Length;
        _bank.Send(
            [
                SystemInstructions.CreateAccount(
                    _payer.PublicKey, buffer.PublicKey, Rent.MinimumBalance(length), (ulong)length, Loader),
                LoaderInstructions.InitializeBuffer(buffer.PublicKey, _authority.PublicKey),
            ],
            _payer, buffer).Expect();
        int half = elf.Length / 2;
        foreach (Range part in new[] { half.., ..half })
        {
            uint offset = (uint)part.GetOffsetAndLength(elf.Length).Offset;
            _bank.Send(
                LoaderInstructions.Write(buffer.PublicKey, _authority.PublicKey, offset, elf[part]), _payer, _authority).Expect();
        }

        return buffer;
    }
}
