using System.Buffers.Binary;
using System.Text;
using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

public sealed class SystemSeedTests
{
    private readonly TestBank _bank = new();
    private readonly Keypair _payer;
    private readonly Keypair _base;
    private readonly Address _owner = TestKeys.Stranger(7);

    public SystemSeedTests()
    {
        _payer = _bank.NewFunded(100 * Sol);
        _base = _bank.NewKey();
    }

    [Fact]
    public void The_base_signs_for_the_account_derived_from_it()
    {
        Address derived = Derive("vault", _owner);

        _bank.Send(Create(derived, "vault"), _payer, _base).Expect();

        Assert.Equal(Sol, _bank.Balance(derived));
        Assert.Equal(_owner, _bank.Account(derived).Owner);
        Assert.Equal(20, _bank.Account(derived).Data.Length);
    }

    [Fact]
    public void Another_address_than_the_derived_one_is_refused()
    {
        Address other = TestKeys.Stranger(3);

        SendResult result = _bank.Send(Create(other, "vault"), _payer, _base);

        result.ExpectFailure(InstructionError.Custom((uint)SystemError.AddressWithSeedMismatch));
        result.ExpectLog($"Create: address {other} does not match derived address {Derive("vault", _owner)}");
    }

    [Fact]
    public void A_base_that_did_not_sign_is_refused_and_named()
    {
        Address derived = Derive("vault", _owner);
        Instruction instruction = InstructionVariant.Of(
            Create(derived, "vault"), AccountMeta.WritableSigner(_payer.PublicKey), AccountMeta.Writable(derived));

        SendResult result = _bank.Send(instruction, _payer);

        result.ExpectFailure(InstructionErrorKind.MissingRequiredSignature);
        result.ExpectLog(
            $"Allocate: 'to' account Address {{ address: {derived}, base: Some({_base.PublicKey}) }} must sign");
    }

    [Fact]
    public void A_seed_of_more_than_32_bytes_is_custom_error_0()
    {
        Instruction instruction = Create(TestKeys.Stranger(3), new string('s', 33));

        _bank.Send(instruction, _payer, _base).ExpectFailure(InstructionError.Custom(0));
    }

    [Fact]
    public void An_owner_that_ends_like_a_derived_address_marker_is_custom_error_2()
    {
        byte[] bytes = new byte[32];
        Encoding.ASCII.GetBytes("ProgramDerivedAddress").CopyTo(bytes, 32 - 21);
        Instruction instruction = SystemInstructions.CreateAccountWithSeed(
            _payer.PublicKey, TestKeys.Stranger(3), _base.PublicKey, "s", Sol, 0, new Address(bytes));

        _bank.Send(instruction, _payer, _base).ExpectFailure(InstructionError.Custom(2));
    }

    [Fact]
    public void A_seed_that_is_no_UTF8_or_longer_than_the_data_is_invalid_data()
    {
        Instruction good = Create(Derive("vault", _owner), "vault");
        byte[] badText = good.Data.ToArray();
        badText[4 + 32 + 8] = 0xFF;
        byte[] tooLong = good.Data.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(tooLong.AsSpan(4 + 32), ulong.MaxValue);

        foreach (byte[] data in new[] { badText, tooLong })
        {
            _bank.Send(new Instruction(good.ProgramId, good.Accounts, data), _payer, _base)
                .ExpectFailure(InstructionErrorKind.InvalidInstructionData);
        }
    }

    [Fact]
    public void AllocateWithSeed_and_AssignWithSeed_act_on_the_derived_account()
    {
        Address allocated = Derive("a", _owner);
        Address assigned = Derive("b", _owner);
        _bank.Fund(allocated, Sol);
        _bank.Fund(assigned, Sol);

        _bank.Send(Seeded(SystemInstructionTag.AllocateWithSeed, allocated, "a", space: 77), _payer, _base).Expect();
        _bank.Send(Seeded(SystemInstructionTag.AssignWithSeed, assigned, "b", space: null), _payer, _base).Expect();

        Assert.Equal(77, _bank.Account(allocated).Data.Length);
        Assert.Equal(_owner, _bank.Account(allocated).Owner);
        Assert.Equal(0, _bank.Account(assigned).Data.Length);
        Assert.Equal(_owner, _bank.Account(assigned).Owner);
        _bank.Send(Seeded(SystemInstructionTag.AssignWithSeed, assigned, "c", space: null), _payer, _base)
            .ExpectFailure(InstructionError.Custom((uint)SystemError.AddressWithSeedMismatch));
    }

    [Fact]
    public void TransferWithSeed_spends_what_the_derived_account_holds()
    {
        Address from = Derive("purse", ProgramIds.System);
        Address to = TestKeys.Stranger(5);
        _bank.Fund(from, 3 * Sol);

        _bank.Send(TransferSeeded(from, to, Sol, "purse"), _payer, _base).Expect();

        Assert.Equal(2 * Sol, _bank.Balance(from));
        Assert.Equal(Sol, _bank.Balance(to));
    }

    [Fact]
    public void TransferWithSeed_checks_signature_then_address_then_funds()
    {
        Address from = Derive("purse", ProgramIds.System);
        Address to = TestKeys.Stranger(5);
        _bank.Fund(from, 3 * Sol);

        Instruction unsigned = TransferSeeded(from, to, Sol, "purse");
        _bank.Send(
            InstructionVariant.Of(
                unsigned, AccountMeta.Writable(from), AccountMeta.Readonly(_base.PublicKey), AccountMeta.Writable(to)),
            _payer).ExpectFailure(InstructionErrorKind.MissingRequiredSignature);
        SendResult mismatch = _bank.Send(TransferSeeded(from, to, Sol, "other"), _payer, _base);
        mismatch.ExpectFailure(InstructionError.Custom((uint)SystemError.AddressWithSeedMismatch));
        mismatch.ExpectLog($"Transfer: 'from' address {from} does not match derived address");
        _bank.Send(TransferSeeded(from, to, 4 * Sol, "purse"), _payer, _base)
            .ExpectFailure(InstructionError.Custom((uint)SystemError.ResultWithNegativeLamports));
    }

    private Address Derive(string seed, Address owner) =>
        ProgramDerivedAddress.CreateWithSeed(_base.PublicKey, seed, owner);

    private Instruction Create(Address derived, string seed) => SystemInstructions.CreateAccountWithSeed(
        _payer.PublicKey, derived, _base.PublicKey, seed, Sol, 20, _owner);

    private Instruction Seeded(SystemInstructionTag tag, Address derived, string seed, ulong? space)
    {
        byte[] text = Encoding.UTF8.GetBytes(seed);
        byte[] data =
        [
            (byte)tag, 0, 0, 0, .. _base.PublicKey.Span, (byte)text.Length, 0, 0, 0, 0, 0, 0, 0, .. text,
            .. space is { } bytes ? BitConverter.GetBytes(bytes) : [], .. _owner.Span,
        ];
        return new Instruction(
            ProgramIds.System,
            new[] { AccountMeta.Writable(derived), AccountMeta.ReadonlySigner(_base.PublicKey) },
            data);
    }

    private Instruction TransferSeeded(Address from, Address to, ulong lamports, string seed)
    {
        byte[] text = Encoding.UTF8.GetBytes(seed);
        byte[] data =
        [
            (byte)SystemInstructionTag.TransferWithSeed, 0, 0, 0, .. BitConverter.GetBytes(lamports),
            (byte)text.Length, 0, 0, 0, 0, 0, 0, 0, .. text, .. ProgramIds.System.Span,
        ];
        return new Instruction(
            ProgramIds.System,
            new[] { AccountMeta.Writable(from), AccountMeta.ReadonlySigner(_base.PublicKey), AccountMeta.Writable(to) },
            data);
    }
}
