using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.StageChain;

namespace Velox.Svm.Tests;

public sealed class AddressTableTests
{
    private readonly StageChain _chain = new();
    private readonly Address _table = TestKeys.Stranger(500);
    private int _salt;
    private readonly Address[] _addresses = [.. Enumerable.Range(600, 6).Select(TestKeys.Stranger)];

    [Fact]
    public void Keys_are_static_then_all_writable_then_all_readonly_ones()
    {
        Address second = TestKeys.Stranger(501);
        SetTable(LookupTables.Data(_addresses[..3]));
        _chain.Set(second, Sol, ProgramIds.AddressLookupTable, LookupTables.Data(_addresses[3..]));

        TransactionRecord record = Expect(_chain.Send(
            LookupTables.Transfer(_chain.Payer, _chain.LastHash, Sol, 3, (_table, [2], [0]), (second, [1], [2, 0])))[0]);

        Assert.Equal(
            [_chain.Payer.PublicKey, ProgramIds.System, _addresses[2], _addresses[4], _addresses[0], _addresses[5], _addresses[3]],
            record.AccountKeys);
        Assert.Equal([_addresses[2], _addresses[4]], record.LoadedAddresses.Writable.ToArray());
        Assert.Equal([_addresses[0], _addresses[5], _addresses[3]], record.LoadedAddresses.Readonly.ToArray());
        Assert.Equal(Sol, _chain.Balance(_addresses[4]));
    }

    [Fact]
    public void A_readonly_lookup_may_not_be_written()
    {
        SetTable(LookupTables.Data(_addresses));

        InFlightTransaction sent = _chain.Send(
            LookupTables.Transfer(_chain.Payer, _chain.LastHash, Sol, 2, (_table, [], [1])))[0];

        Assert.Equal(
            TransactionError.AtInstruction(0, InstructionErrorKind.ReadonlyLamportChange), ErrorOf(sent));
    }

    [Fact]
    public void A_reserved_key_is_not_written_though_a_table_asks_for_it()
    {
        SetTable(LookupTables.Data([SysvarIds.Clock]));

        InFlightTransaction sent = Use([0], []);

        Assert.Equal(
            TransactionError.AtInstruction(0, InstructionErrorKind.ReadonlyLamportChange), ErrorOf(sent));
    }

    [Fact]
    public void An_absent_table_is_not_found()
    {
        AssertRejected(TransactionErrorKind.AddressLookupTableNotFound, Use([0], []));
        _chain.Set(_table, 0, ProgramIds.AddressLookupTable, LookupTables.Data(_addresses));
        AssertRejected(TransactionErrorKind.AddressLookupTableNotFound, Use([0], []));
    }

    [Fact]
    public void A_table_of_another_owner_is_refused_before_its_data_is_looked_at()
    {
        _chain.Set(_table, Sol, ProgramIds.System, []);

        AssertRejected(TransactionErrorKind.InvalidAddressLookupTableOwner, Use([0], []));
    }

    [Theory]
    [InlineData(0, 0)] // uninitialised
    [InlineData(0, 2)] // unknown state
    [InlineData(1, 1)]
    [InlineData(21, 2)] // neither Some nor None
    public void A_table_with_a_broken_header_is_refused(int offset, byte value)
    {
        byte[] data = LookupTables.Data(_addresses);
        data[offset] = value;
        SetTable(data);

        AssertRejected(TransactionErrorKind.InvalidAddressLookupTableData, Use([0], []));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(55)]
    [InlineData(57)]
    [InlineData(56 + 31)]
    public void A_table_that_ends_inside_a_field_is_refused(int length)
    {
        SetTable(LookupTables.Data(_addresses)[..length]);

        AssertRejected(TransactionErrorKind.InvalidAddressLookupTableData, Use([0], []));
    }

    [Fact]
    public void An_index_behind_the_last_address_is_refused()
    {
        SetTable(LookupTables.Data(_addresses));

        AssertRejected(TransactionErrorKind.InvalidAddressLookupTableIndex, Use([0], [6]));
        AssertRejected(TransactionErrorKind.InvalidAddressLookupTableIndex, Use([255], []));
        Expect(Use([5], [4]));
    }

    [Fact]
    public void Addresses_appended_in_this_slot_are_usable_from_the_next_on()
    {
        SetTable(LookupTables.Data(_addresses, extensionSlot: _chain.Block.Slot, extensionStart: 4));
        Expect(Use([3], []));
        AssertRejected(TransactionErrorKind.InvalidAddressLookupTableIndex, Use([4], []));

        _chain.NextBlock();

        Expect(Use([4], []));
    }

    [Fact]
    public void A_start_index_beyond_the_table_is_bad_data_in_the_slot_of_the_extension()
    {
        SetTable(LookupTables.Data(_addresses, extensionSlot: _chain.Block.Slot, extensionStart: 7));

        AssertRejected(TransactionErrorKind.InvalidAddressLookupTableData, Use([0], []));
    }

    [Fact]
    public void A_deactivated_table_is_usable_until_its_slot_has_left_SlotHashes()
    {
        _chain.NextBlock();
        ulong slot = _chain.Block.Slot;
        SetTable(LookupTables.Data(_addresses, deactivationSlot: slot));
        Expect(Use([0], []));

        // 512 slots follow one that SlotHashes still has.
        for (int i = 0; i < 512; i++)
        {
            _chain.NextBlock();
            if (i is 0 or 511)
                Expect(Use([0], []));
        }

        _chain.NextBlock();
        AssertRejected(TransactionErrorKind.AddressLookupTableNotFound, Use([0], []));
    }

    [Fact]
    public void A_looked_up_key_that_the_message_has_already_is_loaded_twice()
    {
        SetTable(LookupTables.Data([_addresses[0], _chain.Payer.PublicKey, _addresses[0]]));

        AssertRejected(TransactionErrorKind.AccountLoadedTwice, Use([0], [1]));
        AssertRejected(TransactionErrorKind.AccountLoadedTwice, Use([0], [2]));
        AssertRejected(TransactionErrorKind.AccountLoadedTwice, Use([0, 0], []));
    }

    [Theory]
    [InlineData(false, 64)]
    [InlineData(true, 128)]
    public void Locks_are_counted_over_all_keys_before_duplicates_are_looked_for(bool isIncreased, int limit)
    {
        FeatureSet features = isIncreased
            ? FeatureSet.Mainnet.With(Feature.Named("increase_tx_account_lock_limit").Id)
            : FeatureSet.Mainnet;
        var chain = new StageChain(features);
        Address[] many = [.. Enumerable.Range(2_000, 128).Select(TestKeys.Stranger)];
        chain.Set(_table, Sol, ProgramIds.AddressLookupTable, LookupTables.Data(many));
        byte[] most = [.. Enumerable.Range(0, limit - 2).Select(index => (byte)index)];

        Expect(Send(most));
        Assert.Equal(TransactionErrorKind.TooManyAccountLocks, ErrorOf(Send([.. most, (byte)(limit - 2)])).Kind);
        Assert.Equal(TransactionErrorKind.TooManyAccountLocks, ErrorOf(Send([.. most, 0])).Kind);
        Assert.Equal(TransactionErrorKind.AccountLoadedTwice, ErrorOf(Send([.. most[1..], 1])).Kind);

        InFlightTransaction Send(byte[] indexes) =>
            chain.Send(LookupTables.Transfer(chain.Payer, chain.LastHash, Sol, 2, (_table, indexes, [])))[0];
    }

    [Fact]
    public void A_simulation_resolves_the_tables_of_the_published_state()
    {
        using var chain = new SimulatedChain(new TestBank());
        Keypair payer = chain.Bank.NewKey();
        chain.Send(chain.Bank.Sign([SystemInstructions.Transfer(TestBank.Faucet.PublicKey, payer.PublicKey, 10 * Sol)], TestBank.Faucet));
        State.Account table = chain.Bank.Bank.Accounts.GetOrCreate(_table);
        byte[] data = LookupTables.Data(_addresses);
        table.Lamports = Sol;
        table.Owner = ProgramIds.AddressLookupTable;
        table.Data.Resize(data.Length);
        data.CopyTo(table.Data.Write(0, data.Length));
        chain.Bank.Bank.Accounts.MarkChanged(table);
        chain.Publish(Close(chain.Bank));

        SimulationResult result = chain.Simulator.Simulate(
            LookupTables.Transfer(payer, chain.Bank.Bank.LastHash, Sol, 2, (_table, [3], [1])),
            new SimulationOptions(VerifySignatures: true, IgnoreBlockhash: false));

        Assert.False(result.Error.IsError, result.Error.ToString());
        Assert.Equal([_addresses[3]], result.Record!.LoadedAddresses.Writable.ToArray());
        Assert.Equal(Sol, result.Accounts[2].Lamports);
    }

    private void SetTable(byte[] data) => _chain.Set(_table, Sol, ProgramIds.AddressLookupTable, data);

    /// <summary>A transfer to the first of the writable keys, or of the read-only ones when there are none.</summary>
    private InFlightTransaction Use(byte[] writable, byte[] readOnly) => _chain.Send(
        LookupTables.Transfer(_chain.Payer, _chain.LastHash, Sol + (ulong)_salt++, 2, (_table, writable, readOnly)))[0];

    private static Block Close(TestBank bank)
    {
        bank.OpenBlock();
        return bank.Bank.EndBlock();
    }

    private static void AssertRejected(TransactionErrorKind expected, InFlightTransaction sent)
    {
        Assert.Null(sent.Record);
        Assert.Equal(expected, sent.Rejection.Kind);
    }
}
