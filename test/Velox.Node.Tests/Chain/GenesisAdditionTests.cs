using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

/// <summary>Programs, accounts and deactivated features that a chain begins with.</summary>
public sealed class GenesisAdditionTests : IDisposable
{
    private const int FuzzRounds = 5_000;

    private static readonly Address Program = AddressOf(1);
    private static readonly Address Wallet = AddressOf(2);
    private static readonly Address Authority = AddressOf(3);
    private static readonly Address FeatureId = FeatureSet.Mainnet.ActiveIds.First();

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_chain_begins_with_its_programs_and_accounts_also_in_place_of_native_ones()
    {
        byte[] elf = [.. Enumerable.Range(0, 10_000).Select(i => (byte)i)];
        GenesisAccount[] accounts =
        [
            GenesisAccount.Program(ProgramIds.Token, elf),
            .. GenesisAccount.UpgradeableProgram(Program, elf, Authority),
            new(Wallet, 77, ProgramIds.Memo, false, new byte[] { 1, 2, 3 }),
        ];
        using Ledger ledger = Open(new GenesisAdditions(accounts, []));

        foreach (GenesisAccount account in accounts)
        {
            Assert.NotNull(ledger.Chain.State.Find(account.Address));
            Assert.Equal(account, Shown(ledger, account.Address));
        }

        Assert.Equal(ProgramIds.BpfLoader, Shown(ledger, ProgramIds.Token).Owner);
        Assert.True(LoaderState.TryRead(Shown(ledger, Program).Data.Span, out LoaderState program));
        Assert.True(LoaderState.TryRead(Shown(ledger, program.ProgramData).Data.Span, out LoaderState code));
        Assert.Equal((LoaderStateKind.ProgramData, 0UL, Authority), (code.Kind, code.Slot, code.Authority));
        Assert.Equal(elf, Shown(ledger, program.ProgramData).Data[LoaderState.ProgramDataHeadSize..].ToArray());
    }

    [Fact]
    public void The_genesis_hash_covers_every_addition_and_not_their_order()
    {
        GenesisAccount first = GenesisAccount.Program(Program, new byte[100]);
        GenesisAccount second = new(Wallet, 5, ProgramIds.System, false, default);
        GenesisAdditions both = new([first, second], [FeatureId]);
        GenesisAdditions[] others =
        [
            GenesisAdditions.None,
            new([first], [FeatureId]),
            new([first, second], []),
            new([first, second with { Lamports = 6 }], [FeatureId]),
            new([first, second with { Owner = ProgramIds.Memo }], [FeatureId]),
            new([first with { Executable = false }, second], [FeatureId]),
            new([first with { Data = new byte[101] }, second], [FeatureId]),
        ];

        Assert.Equal(HashOf(both), HashOf(new GenesisAdditions([second, first], [FeatureId])));
        Assert.Equal(others.Length + 1, others.Append(both).Select(HashOf).Distinct().Count());
        Assert.All(others, other => Assert.NotEqual(both, other));
        Assert.Equal(both, GenesisAdditions.FromBytes(both.ToBytes()));
    }

    [Fact]
    public void A_feature_that_is_deactivated_is_off_in_blocks_and_simulations()
    {
        using Ledger ledger = Open(new GenesisAdditions([], [FeatureId]));
        Assert.False(ledger.Journal.Genesis.Additions.Features.IsActive(FeatureId));
        Assert.Equal(FeatureSet.Mainnet.Count - 1, ledger.Journal.Genesis.Additions.Features.Count);
        var context = new RpcContext(ledger.Chain, (_, _) => true, ledger.Keys.Faucet, new RpcOptions());
        Assert.False(context.NextBlock.Features.IsActive(FeatureId));
        Assert.Same(FeatureSet.Mainnet, GenesisAdditions.None.Features);
    }

    [Fact]
    public void A_ledger_goes_on_with_the_same_additions_and_refuses_others_by_name()
    {
        GenesisAccount program = GenesisAccount.Program(Program, new byte[100]);
        var made = new GenesisAdditions([program], [FeatureId]);
        Hash256 genesisHash;
        using (Ledger ledger = Open(made))
        {
            genesisHash = ledger.Chain.GenesisHash;
            ledger.Bank.BeginBlock(1);
            ledger.Journal.Append(ledger.Bank.EndBlock());
        }

        (GenesisAdditions Given, string Difference)[] refused =
        [
            (GenesisAdditions.None, $"{FeatureId} deactivated, and that is not given"),
            (new([], [FeatureId]), $"made with the account {Program}"),
            (new([program], []), $"{FeatureId} deactivated, and that is not given"),
            (new([program with { Data = new byte[99] }], [FeatureId]), $"the account {Program} is given with"),
            (new([program, new(Wallet, 1, default, false, default)], [FeatureId]), $"the account {Wallet} is given"),
        ];
        foreach ((GenesisAdditions given, string difference) in refused)
        {
            var error = Assert.Throws<LedgerException>(() => Open(given));
            Assert.Equal(LedgerFault.OtherGenesis, error.Fault);
            Assert.Contains(difference, error.Message, StringComparison.Ordinal);
            Assert.Contains("--reset", error.Message, StringComparison.Ordinal);
        }

        using (Ledger again = Open(new GenesisAdditions([program], [FeatureId])))
            Assert.Equal((genesisHash, 1UL), (again.Chain.GenesisHash, again.Bank.Slot));
        LedgerCheck check = LedgerCheck.Run(_directory.Path, NativePrograms.CreateRegistry());
        Assert.Equal(1UL, check.LastSlot);
    }

    [Fact]
    public void Additions_damaged_on_the_disk_are_a_corrupt_header()
    {
        var genesis = new Genesis(1, Wallet, 1, Authority)
        {
            Additions = new GenesisAdditions([GenesisAccount.Program(Program, new byte[300])], []),
        };
        byte[] whole = JournalHeader.Create(genesis, default).ToBytes();
        Assert.Equal(genesis, JournalHeader.Read(new MemoryStorage(whole)).Genesis);

        for (int i = JournalHeader.Size; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 1;
            Assert.Equal(LedgerFault.CorruptHeader, Assert.Throws<LedgerException>(() => new Journal(new MemoryStorage(damaged))).Fault);
            byte[] cut = whole[..i];
            Assert.Equal(LedgerFault.CorruptHeader, Assert.Throws<LedgerException>(() => new Journal(new MemoryStorage(cut))).Fault);
        }
    }

    [Fact]
    public void What_cannot_be_in_a_genesis_is_refused_by_name()
    {
        GenesisAccount good = new(Wallet, 1, default, false, default);
        (GenesisAccount[] Accounts, string Reason)[] refused =
        [
            ([good, good], "is given twice"),
            ([good with { Lamports = 0 }], "has no lamports"),
            ([good with { Address = SysvarIds.Clock }], "is reserved"),
            ([good with { Address = ProgramIds.System }], "is reserved"),
            ([good with { Data = new byte[AccountHandle.MaxDataLength + 1] }], $"at most {AccountHandle.MaxDataLength}"),
        ];
        foreach ((GenesisAccount[] accounts, string reason) in refused)
        {
            string message = Assert.Throws<ArgumentException>(() => new GenesisAdditions(accounts, [])).Message;
            Assert.Contains(reason, message, StringComparison.Ordinal);
            Assert.Contains(accounts[^1].Address.ToString(), message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Bytes_that_are_no_additions_are_refused_without_a_fault()
    {
        const int seed = 77;
        var random = new Random(seed);
        byte[] good = new GenesisAdditions([GenesisAccount.Program(Program, new byte[40])], [FeatureId]).ToBytes();
        for (int round = 0; round < FuzzRounds; round++)
        {
            byte[] bytes = [.. good.AsSpan(0, random.Next(1, good.Length + 1))];
            for (int i = random.Next(4); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Exception? error = Record.Exception(() => GenesisAdditions.FromBytes(bytes));
            Assert.True(error is null or ArgumentException, $"seed {seed}, round {round}: {error}");
        }
    }

    private static Address AddressOf(byte number) => Keypair.FromSeed(Enumerable.Repeat(number, 32).ToArray()).PublicKey;

    private static Hash256 HashOf(GenesisAdditions additions) =>
        new Genesis(1, Wallet, 1, Authority) { Additions = additions }.ComputeHash();

    private static GenesisAccount Shown(Ledger ledger, Address address)
    {
        State.AccountSnapshot account = ledger.Chain.State.Find(address)!;
        return new GenesisAccount(address, account.Lamports, account.Owner, account.Executable, account.ToArray());
    }

    private Ledger Open(GenesisAdditions additions) =>
        Ledger.Open(_directory.Path, NativePrograms.CreateRegistry(), new LedgerOptions { Additions = additions });
}
