using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.StageChain;

namespace Velox.Svm.Tests;

public sealed class LoadedDataTests
{
    private readonly StageChain _chain = new();
    private readonly Address _data = TestKeys.Stranger(70);

    public LoadedDataTests() => _chain.Set(_data, Sol, ProgramIds.System, new byte[1_000]);

    [Fact]
    public void A_lookup_table_counts_as_a_full_one()
    {
        Address table = TestKeys.Stranger(71);
        _chain.Set(table, Sol, ProgramIds.AddressLookupTable, LookupTables.Data([_data]));
        TransactionView view = Parse(LookupTables.Transfer(_chain.Payer, _chain.LastHash, 1, 2, (table, [], [0])));
        TransactionAccounts accounts = Load(in view, _chain.Payer.PublicKey, ProgramIds.System, _data);

        Assert.Equal(8_248 + 64 + 64 + 1_064, LoadedData.SizeOf(in view, accounts));
    }

    [Fact]
    public void Absent_accounts_and_the_instructions_sysvar_count_nothing_but_the_payer_does()
    {
        Keypair absent = _chain.NewKey();
        Instruction use = new(
            ProgramIds.System,
            new[] { AccountMeta.Readonly(SysvarIds.Instructions), AccountMeta.Readonly(TestKeys.Stranger(72)) }, default);
        TransactionView view = Parse(TestBank.Sign(default, [use], absent));
        _chain.Set(SysvarIds.Instructions, Sol, SysvarIds.Owner, new byte[500]);

        TransactionAccounts accounts = Load(in view, [.. Enumerable.Range(0, view.StaticKeyCount).Select(index => Key(index))]);
        Assert.Equal(64 + 64, LoadedData.SizeOf(in view, accounts));

        Address Key(int index) => Parse(TestBank.Sign(default, [use], absent)).StaticKey(index);
    }

    [Fact]
    public void Program_data_counts_once_if_it_exists_and_is_not_among_the_keys()
    {
        Address programData = TestKeys.Stranger(73);
        Address listed = TestKeys.Stranger(74);
        Address gone = TestKeys.Stranger(75);
        Address[] programs = [.. Enumerable.Range(76, 5).Select(TestKeys.Stranger)];
        _chain.Set(listed, Sol, ProgramIds.BpfLoaderUpgradeable, new byte[45]);
        _chain.Set(programs[0], Sol, ProgramIds.BpfLoaderUpgradeable, Program(2, programData));
        _chain.Set(programs[1], Sol, ProgramIds.BpfLoaderUpgradeable, Program(2, programData));
        _chain.Set(programs[2], Sol, ProgramIds.BpfLoaderUpgradeable, Program(2, gone));
        _chain.Set(programs[3], Sol, ProgramIds.BpfLoaderUpgradeable, Program(2, listed));
        _chain.Set(programs[4], Sol, ProgramIds.BpfLoader, Program(2, programData));
        _chain.Set(programData, Sol, ProgramIds.BpfLoaderUpgradeable, new byte[10_000]);
        TransactionView view = Parse(TestBank.Sign(default, [], _chain.Payer));
        TransactionAccounts accounts = Load(in view, [_chain.Payer.PublicKey, listed, .. programs]);
        accounts.FindProgramData(_chain.Accounts.Find);

        long bytes = LoadedData.SizeOf(in view, accounts);

        Assert.Equal(64 + (64 + 45) + (5 * (64 + 36)) + (64 + 10_000), bytes);
    }

    [Fact]
    public void A_transaction_that_loads_more_than_its_limit_costs_its_fee_only()
    {
        Instruction use = new(ProgramIds.System, new[] { AccountMeta.Readonly(_data) }, new byte[] { 9 });
        uint needed = (3 * 64) + 1_064;

        InFlightTransaction over = Send(needed - 1);
        Assert.Equal(TransactionErrorKind.MaxLoadedAccountsDataSizeExceeded, ErrorOf(over).Kind);
        Assert.Equal(5_000UL, over.Record!.Fee);
        Assert.Empty(over.Record.LogLines);
        Assert.Equal(TransactionErrorKind.InstructionError, ErrorOf(Send(needed)).Kind);

        InFlightTransaction Send(uint limit) =>
            _chain.Send([ComputeBudgetInstructions.SetLoadedAccountsDataSizeLimit(limit), use], _chain.Payer);
    }

    private static byte[] Program(byte state, Address programData) => [state, 0, 0, 0, .. programData.Span];

    private static TransactionView Parse(byte[] bytes)
    {
        Assert.Equal(WireError.None, TransactionView.TryParse(bytes, out TransactionView view));
        return view;
    }

    private TransactionAccounts Load(in TransactionView view, params Address[] keys)
    {
        Assert.True(keys.Length >= view.StaticKeyCount);
        return new TransactionAccounts(
            [.. keys.Select(_chain.Accounts.GetOrCreate)], new bool[keys.Length], new bool[keys.Length]);
    }
}
