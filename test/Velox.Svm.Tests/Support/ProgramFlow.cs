using Velox.Cryptography;
using Velox.OrderBook;
using Velox.Primitives;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

/// <summary>
/// Blocks of signed transactions of all programs, a function of the seed alone: few accounts, created, filled, emptied,
/// closed and created again as something else, by instructions in random company, many of them mutated.
/// </summary>
internal sealed class ProgramFlow
{
    /// <summary>From here on a transaction takes no more instructions, so that it stays within its 1,232 bytes.</summary>
    private const int FullBytes = 480;

    private readonly Random _random;
    private readonly Hash256 _blockhash;

    // Runs what was made so far, so that most instructions meet accounts that suit them.
    private readonly TestBank _bank = NewBank(workers: 1);
    private readonly Keypair[] _payers = [.. Enumerable.Range(8_000, 4).Select(TestKeys.Pair)];
    private readonly Keypair[] _keys = [.. Enumerable.Range(8_100, 100).Select(TestKeys.Pair)];
    private readonly Trader[] _traders = [.. Enumerable.Range(0, 3).Select(BookVenue.NewTrader)];
    private readonly InstructionFuzz _fuzz;
    private readonly Address[] _pool;
    private readonly List<byte[][]> _blocks = [];
    private uint _sequence;
    private ulong _salt;

    internal ProgramFlow(int seed, int blocks, int transactionsPerBlock)
    {
        _random = new Random(seed);
        _blockhash = _bank.Bank.LastHash;
        Keypair[] all = [.. _payers, .. _keys, .. _traders.Select(trader => trader.Key), Venue.Operator];
        _pool =
        [
            .. all.Select(key => key.PublicKey), Venue.Market, Venue.Terms.BaseVault, Venue.Terms.QuoteVault,
            Venue.VaultAuthority, Venue.Terms.BaseMint, Venue.Terms.QuoteMint, ProgramIds.System, ProgramIds.Token,
            ProgramIds.Book, ShapeProgram.ProgramId, ProgramIds.NativeMint, SysvarIds.Clock, ProgramIds.Incinerator,
            .. _traders.SelectMany(trader => new[] { trader.BaseAccount, trader.QuoteAccount }),
        ];
        _fuzz = new InstructionFuzz(_random, _pool, all);
        SetUp();
        for (int block = 0; block < blocks; block++)
            AddRandomBlock(transactionsPerBlock);
    }

    internal IReadOnlyList<byte[][]> Blocks => _blocks;

    internal BookVenue Venue { get; } = new();

    internal static TestBank NewBank(int workers) => new(
        workers, new TokenProgram(), new AssociatedTokenProgram(), new MemoProgram(), new BookProgram(), new ShapeProgram());

    private void SetUp()
    {
        Keypair[] funded = [.. _payers, .. _keys[..4], .. _traders.Select(trader => trader.Key), Venue.Operator];
        Add([.. funded.Select(key => TestBank.Sign(
            _blockhash, [SystemInstructions.Transfer(Faucet.PublicKey, key.PublicKey, 20 * Sol)], Faucet))]);
        Add([
            TestBank.Sign(_blockhash, Venue.CreateMints(), Venue.MintSigners),
            TestBank.Sign(_blockhash, Venue.CreateMarket(), Venue.Operator, Venue.MarketKey),
            .. _traders.Select(trader => TestBank.Sign(_blockhash, Venue.CreateTokenAccounts(trader), trader.Key)),
            .. _traders.Select(trader => TestBank.Sign(
                _blockhash, Venue.Mint(trader, 1_000_000, 1_000_000), Venue.Operator))]);
        Add([.. _traders.Select(trader => TestBank.Sign(
            _blockhash,
            [
                .. Venue.OpenSeat(trader), Venue.Deposit(trader, Asset.Base, 500_000),
                Venue.Deposit(trader, Asset.Quote, 500_000),
            ],
            trader.Key))]);
    }

    private void Add(byte[][] transactions)
    {
        _blocks.Add(transactions);
        _bank.SendBlock([transactions]);
    }

    private void AddRandomBlock(int count)
    {
        var transactions = new byte[count][];
        _bank.OpenBlock();
        for (int i = 0; i < count; i++)
        {
            transactions[i] = RandomTransaction();
            _bank.SendIntoOpenBlock(transactions[i]);
        }

        _bank.Bank.EndBlock();
        _blocks.Add(transactions);
    }

    private byte[] RandomTransaction()
    {
        if (_random.Next(25) == 0)
            return _blocks[_random.Next(_blocks.Count)][0];
        var instructions = new List<Instruction>();
        if (_random.Next(8) > 0)
            instructions.Add(ComputeBudgetInstructions.SetComputeUnitPrice(_salt++));
        if (_random.Next(12) == 0)
            instructions.Add(ComputeBudgetInstructions.SetComputeUnitLimit((uint)_random.Next(12_000)));
        for (int count = _random.Next(1, 4); count > 0 && EstimateSize(instructions) < FullBytes; count--)
            AddRandom(instructions);

        Keypair payer = _random.Next(5) == 0 ? KeyOwnedBy(ProgramIds.System) : _payers[_random.Next(_payers.Length)];
        Keypair[] others = [.. instructions.SelectMany(SignersOf).Where(key => key != payer).Distinct()];
        return TestBank.Sign(_blockhash, instructions, [payer, .. others]);
    }

    /// <summary>Not less than the bytes that the instructions add to a transaction.</summary>
    private int EstimateSize(List<Instruction> instructions) =>
        instructions.Sum(instruction => 4 + instruction.Data.Length + instruction.Accounts.Length)
            + (Address.Size * instructions.SelectMany(instruction => instruction.Accounts.ToArray())
                .Select(account => account.Address).Concat(instructions.Select(instruction => instruction.ProgramId))
                .Distinct().Count())
            + (Signature.Size * instructions.SelectMany(SignersOf).Distinct().Count());

    private Keypair[] SignersOf(Instruction instruction) =>
        [.. _fuzz.SignersOf(instruction), .. _traders.Select(trader => trader.Session).Where(session =>
            instruction.Accounts.ToArray().Any(account => account.IsSigner && account.Address == session.PublicKey))];

    private void AddRandom(List<Instruction> instructions)
    {
        IEnumerable<Instruction> chosen = _random.Next(10) switch
        {
            0 or 1 or 2 => RandomSystem(),
            3 or 4 => RandomToken(),
            5 or 6 => RandomShape(),
            7 => RandomNative(),
            8 => RandomAssociated(),
            _ => [RandomBook()],
        };
        foreach (Instruction instruction in chosen)
            instructions.Add(_random.Next(12) == 0 ? _fuzz.Mutate(instruction) : instruction);
    }

    private IEnumerable<Instruction> RandomSystem()
    {
        Address from = _random.Next(3) == 0
            ? KeyOwnedBy(ProgramIds.System).PublicKey
            : _payers[_random.Next(_payers.Length)].PublicKey;
        Address to = KeyOwnedBy(null).PublicKey;
        int space = ShapeProgram.Lengths[_random.Next(ShapeProgram.Lengths.Length)];
        Address owner = _random.Next(4) switch
        {
            0 => ProgramIds.System,
            1 => ProgramIds.Token,
            _ => ShapeProgram.ProgramId,
        };
        ulong rent = Rent.MinimumBalance(space);
        ulong lamports = _random.Next(6) switch
        {
            0 => 0,
            1 => rent - 1,
            2 => (ulong)_random.NextInt64((long)Sol),
            _ => rent,
        };
        return _random.Next(6) switch
        {
            0 => [SystemInstructions.Transfer(from, to, lamports)],
            1 => [SystemInstructions.Allocate(to, (ulong)space), SystemInstructions.Assign(to, owner)],
            2 => [SystemInstructions.Transfer(from, Any(), lamports)],
            _ => [SystemInstructions.CreateAccount(from, to, lamports, (ulong)space, owner)],
        };
    }

    private IEnumerable<Instruction> RandomShape() =>
    [
        ShapeProgram.Call(
            KeyOwnedBy(ShapeProgram.ProgramId).PublicKey, _random.Next(4) == 0 ? Any() : Key().PublicKey, (byte)_random.Next(ShapeProgram.Kinds),
            (byte)_random.Next(ShapeProgram.Lengths.Length)),
    ];

    private IEnumerable<Instruction> RandomToken()
    {
        Trader trader = _traders[_random.Next(_traders.Length)];
        int kind = _random.Next(8);
        Keypair account = KeyOwnedBy(kind < 2 ? null : ProgramIds.Token);
        Address mint = _random.Next(2) == 0 ? Venue.Terms.BaseMint : Venue.Terms.QuoteMint;
        Address own = mint == Venue.Terms.BaseMint ? trader.BaseAccount : trader.QuoteAccount;
        ulong amount = (ulong)_random.Next(1_000);
        return kind switch
        {
            0 or 1 => [CreateTokenAccount(account, TokenInstructions.AccountSize),
                TokenInstructions.InitializeAccount3(account.PublicKey, mint, trader.Address)],
            2 => [TokenInstructions.Transfer(own, account.PublicKey, trader.Address, amount)],
            3 => [TokenInstructions.Transfer(account.PublicKey, own, trader.Address, amount)],
            4 => [TokenInstructions.CloseAccount(account.PublicKey, Any(), trader.Address)],
            5 => [TokenInstructions.Burn(account.PublicKey, mint, trader.Address, amount)],
            6 => [TokenInstructions.MintTo(mint, _random.Next(2) == 0 ? own : account.PublicKey, Venue.Operator.PublicKey, amount)],
            _ => [TokenInstructions.Transfer(account.PublicKey, own, trader.Address, 0),
                TokenInstructions.CloseAccount(account.PublicKey, trader.Address, trader.Address)],
        };
    }

    /// <summary>Wrapped SOL: wrap, synchronise, move, unwrap.</summary>
    private IEnumerable<Instruction> RandomNative()
    {
        int kind = _random.Next(4);
        Keypair account = KeyOwnedBy(kind == 0 ? null : ProgramIds.Token);
        Address owner = _payers[0].PublicKey;
        return kind switch
        {
            0 => [CreateTokenAccount(account, TokenInstructions.AccountSize),
                TokenInstructions.InitializeAccount3(account.PublicKey, ProgramIds.NativeMint, owner),
                SystemInstructions.Transfer(owner, account.PublicKey, (ulong)_random.Next(1_000_000)),
                TokenInstructions.SyncNative(account.PublicKey)],
            1 => [TokenInstructions.Transfer(account.PublicKey, KeyOwnedBy(ProgramIds.Token).PublicKey, owner, (ulong)_random.Next(500_000))],
            2 => [TokenInstructions.SyncNative(account.PublicKey)],
            _ => [TokenInstructions.CloseAccount(account.PublicKey, Any(), owner)],
        };
    }

    private IEnumerable<Instruction> RandomAssociated()
    {
        Address payer = _payers[_random.Next(_payers.Length)].PublicKey;
        Address wallet = _random.Next(2) == 0 ? Key().PublicKey : _payers[_random.Next(_payers.Length)].PublicKey;
        Address mint = Venue.Terms.BaseMint;
        Address account = AssociatedTokenProgram.AddressOf(wallet, mint);
        return _random.Next(5) switch
        {
            0 => [SystemInstructions.Transfer(payer, account, (ulong)_random.Next(4_000_000))],
            1 => [AssociatedTokenInstructions.Create(payer, account, wallet, mint)],
            2 => [AssociatedTokenInstructions.CreateIdempotent(payer, account, wallet, mint)],
            3 => [TokenInstructions.Transfer(_traders[0].BaseAccount, account, _traders[0].Address, 5)],
            _ => [TokenInstructions.CloseAccount(account, payer, wallet)],
        };
    }

    private Instruction RandomBook()
    {
        Trader trader = _traders[_random.Next(_traders.Length)];
        var asset = (Asset)_random.Next(2);
        ulong amount = (ulong)_random.Next(20_000);
        return _random.Next(7) switch
        {
            0 => Venue.Deposit(trader, asset, amount),
            1 => Venue.Withdraw(trader, asset, amount),
            2 => Venue.CollectFees(trader.AccountOf(asset), asset, BookWire.AllAtoms),
            3 => BookInstructions.CancelAll(Venue.Market, trader.Address, trader.Seat, 0),
            4 => BookInstructions.OpenSeat(Venue.Market, Key().PublicKey),
            _ => Venue.Batch(trader.Session, [.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => RandomMessage(trader))]),
        };
    }

    private OrderMessage RandomMessage(Trader trader) => OrderMessage.Place(
        (ushort)trader.Seat, _sequence++, new NewOrder(
            (Side)_random.Next(2), (OrderType)_random.Next(4), (ulong)_random.Next(95, 106), (ulong)_random.Next(20),
            (ulong)_random.Next(12)));

    private Instruction CreateTokenAccount(Keypair account, int size) => SystemInstructions.CreateAccount(
        _payers[0].PublicKey, account.PublicKey, Rent.MinimumBalance(size), (ulong)size, ProgramIds.Token);

    /// <summary>Mostly a key whose account is owned so, or (null) does not exist; sometimes, or for lack of one, any.</summary>
    private Keypair KeyOwnedBy(Address? owner)
    {
        Keypair[] suitable =
            [.. _keys.Where(key => _bank.Bank.Accounts.Find(key.PublicKey)?.Owner == owner)];
        return suitable.Length == 0 || _random.Next(8) == 0 ? Key() : suitable[_random.Next(suitable.Length)];
    }

    private Keypair Key() => _keys[_random.Next(_keys.Length)];

    private Address Any() => _pool[_random.Next(_pool.Length)];
}
