using Velox.Cryptography;
using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>A table's life through blocks of a bank: made, extended, used, frozen or deactivated and closed.</summary>
public sealed class LookupTableProgramTests
{
    private readonly TestBank _bank = new(new LookupTableProgram());
    private readonly Keypair _owner;
    private readonly Address _table;

    public LookupTableProgramTests()
    {
        _owner = _bank.NewFunded();
        _bank.Send(
            LookupTableInstructions.Create(_owner.PublicKey, _owner.PublicKey, _bank.Bank.Slot, out _table), _owner).Expect();
    }

    [Fact]
    public void A_new_table_is_empty_and_exempt()
    {
        Account table = _bank.Account(_table);
        Assert.Equal(56, table.Data.Length);
        Assert.Equal(ProgramIds.AddressLookupTable, table.Owner);
        Assert.Equal(Rent.MinimumBalance(56), table.Lamports);
        byte[] expected = new byte[56];
        expected[0] = 1;
        expected.AsSpan(4, 8).Fill(0xFF);
        expected[21] = 1;
        _owner.PublicKey.Span.CopyTo(expected.AsSpan(22));
        Assert.Equal(expected, table.Data.Bytes);
    }

    [Fact]
    public void Only_recent_slots_make_a_table()
    {
        ulong future = _bank.Bank.Slot + 1;
        _bank.Send(LookupTableInstructions.Create(_owner.PublicKey, _owner.PublicKey, future, out _), _owner)
            .ExpectLog($"{future} is not a recent slot").ExpectFailure(InstructionErrorKind.InvalidInstructionData);
        for (int i = 0; i < 512; i++)
            _bank.EmptyBlock();
        _bank.Send(LookupTableInstructions.Create(_owner.PublicKey, _owner.PublicKey, 0, out _), _owner)
            .ExpectLog("0 is not a recent slot").ExpectFailure(InstructionErrorKind.InvalidInstructionData);
    }

    [Fact]
    public void A_transaction_finds_what_was_extended_a_block_before()
    {
        Address[] addresses = [.. Enumerable.Range(100, 20).Select(TestKeys.Stranger)];
        Extend(addresses).Expect();
        Account table = _bank.Account(_table);
        Assert.Equal(56 + (20 * 32), table.Data.Length);
        Assert.Equal(Rent.MinimumBalance(table.Data.Length), table.Lamports);
        for (int i = 0; i < addresses.Length; i++)
            Assert.Equal(addresses[i].Span, table.Data.Bytes.Slice(56 + (32 * i), 32));
        _bank.EmptyBlock();
        Assert.True(AddressTable.TryRead(table.Data.Bytes, out AddressTable usable));
        var resolved = new Address[2];
        Assert.Equal(
            TransactionErrorKind.None, usable.Resolve([19, 3], new BlockContext(_bank.Bank.Slot, 0), resolved));
        Assert.Equal([addresses[19], addresses[3]], resolved);
    }

    [Fact]
    public void A_table_holds_256_addresses()
    {
        for (int i = 0; i < 9; i++)
            Extend([.. Enumerable.Range(30 * i, 28).Select(TestKeys.Stranger)]).Expect();
        Extend([.. Enumerable.Range(0, 5).Select(TestKeys.Stranger)])
            .ExpectLog("Extended lookup table length 257 would exceed max capacity of 256")
            .ExpectFailure(InstructionErrorKind.InvalidInstructionData);
        Extend([.. Enumerable.Range(0, 4).Select(TestKeys.Stranger)]).Expect();
        Extend([TestKeys.Stranger(1)])
            .ExpectLog("Lookup table is full and cannot contain more addresses")
            .ExpectFailure(InstructionErrorKind.InvalidArgument);
    }

    [Fact]
    public void A_frozen_table_stays()
    {
        Instruction freeze = LookupTableInstructions.Freeze(_table, _owner.PublicKey);
        _bank.Send(freeze, _owner)
            .ExpectLog("Empty lookup tables cannot be frozen").ExpectFailure(InstructionErrorKind.InvalidInstructionData);
        Extend([TestKeys.Stranger(1)]).Expect();
        _bank.Send(freeze, _owner).Expect();
        Extend([TestKeys.Stranger(2)]).ExpectFailure(InstructionErrorKind.Immutable);
        _bank.EmptyBlock();
        _bank.Send(freeze, _owner).ExpectLog("Lookup table is already frozen").ExpectFailure(InstructionErrorKind.Immutable);
        _bank.Send(LookupTableInstructions.Deactivate(_table, _owner.PublicKey), _owner)
            .ExpectFailure(InstructionErrorKind.Immutable);
    }

    [Fact]
    public void Only_the_authority_changes_a_table()
    {
        Keypair thief = _bank.NewFunded();
        _bank.Send(LookupTableInstructions.Deactivate(_table, thief.PublicKey), thief)
            .ExpectFailure(InstructionErrorKind.IncorrectAuthority);
        Instruction unsigned = new(
            ProgramIds.AddressLookupTable,
            new[] { AccountMeta.Writable(_table), AccountMeta.Readonly(_owner.PublicKey) }, new byte[] { 3, 0, 0, 0 });
        _bank.Send(unsigned, thief)
            .ExpectLog("Authority account must be a signer").ExpectFailure(InstructionErrorKind.MissingRequiredSignature);
    }

    [Fact]
    public void A_table_closes_when_its_deactivation_has_left_the_slot_hashes()
    {
        Instruction close = LookupTableInstructions.Close(_table, _owner.PublicKey, TestKeys.Stranger(70));
        _bank.Send(close, _owner)
            .ExpectLog("Lookup table is not deactivated").ExpectFailure(InstructionErrorKind.InvalidArgument);
        _bank.Send(LookupTableInstructions.Deactivate(_table, _owner.PublicKey), _owner).Expect();
        _bank.Send(LookupTableInstructions.Deactivate(_table, _owner.PublicKey), _owner)
            .ExpectLog("Lookup table is already deactivated").ExpectFailure(InstructionErrorKind.InvalidArgument);
        _bank.Send(close, _owner)
            .ExpectLog("Table cannot be closed until it's fully deactivated in 511 blocks")
            .ExpectFailure(InstructionErrorKind.InvalidArgument);
        for (int i = 0; i < 509; i++)
            _bank.EmptyBlock();
        _bank.Send(close, _owner).ExpectLog("fully deactivated in 1 blocks").ExpectFailure(InstructionErrorKind.InvalidArgument);
        ulong lamports = _bank.Balance(_table);
        _bank.Send(close, _owner).Expect();
        Assert.Null(_bank.Bank.Accounts.Find(_table));
        Assert.Equal(lamports, _bank.Balance(TestKeys.Stranger(70)));
    }

    private SendResult Extend(Address[] addresses) => _bank.Send(
        LookupTableInstructions.Extend(_table, _owner.PublicKey, _owner.PublicKey, addresses), _owner);
}
