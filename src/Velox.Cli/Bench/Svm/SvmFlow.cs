using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Cli;

/// <summary>One kind of transactions that the six stages are measured with, and the chain that it needs.</summary>
internal abstract class SvmFlow
{
    /// <summary>What each wallet begins with: 10,000 SOL.</summary>
    protected const ulong WalletLamports = 10_000_000_000_000;

    internal abstract string Name { get; }

    /// <summary>What of a transaction is counted: itself, or the messages in it.</summary>
    internal virtual int UnitsPerTransaction => 1;

    protected static Keypair Faucet { get; } = KeypairOf(0);

    /// <summary>A chain on which the flow's transactions succeed.</summary>
    internal Bank CreateBank(int workers)
    {
        var genesis = new Genesis(1_700_000_000, Faucet.PublicKey, Genesis.DefaultFaucetLamports, KeypairOf(1).PublicKey);
        var bank = new Bank(genesis, NativePrograms.CreateRegistry(), workers);
        Prepare(bank);
        return bank;
    }

    /// <summary>The n-th transaction, signed; all different.</summary>
    internal abstract byte[] Sign(int number, Hash256 blockhash);

    protected abstract void Prepare(Bank bank);

    /// <summary>Takes transactions that the chain needs into a block.</summary>
    protected static void RunBlock(Bank bank, IReadOnlyList<byte[]> transactions) =>
        new BlockRunner().Run(bank, transactions, checksSignatures: false);

    /// <summary>Gives wallets their lamports.</summary>
    protected static void Fund(Bank bank, IEnumerable<Keypair> wallets) => RunBlock(
        bank,
        [.. wallets.Select(wallet => Sign(
            bank.LastHash, [SystemInstructions.Transfer(Faucet.PublicKey, wallet.PublicKey, WalletLamports)], Faucet))]);

    protected static byte[] Sign(Hash256 blockhash, IEnumerable<Instruction> instructions, params Keypair[] signers)
    {
        var builder = new TransactionBuilder(signers[0].PublicKey) { RecentBlockhash = blockhash };
        foreach (Instruction instruction in instructions)
            builder.Add(instruction);
        return builder.Sign(signers);
    }

    protected static Keypair KeypairOf(int index)
    {
        Span<byte> seed = stackalloc byte[Ed25519.SeedSize];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(seed, index + 1);
        return Keypair.FromSeed(seed);
    }
}

/// <summary>Transfers of SOL between wallets in turn. With few of them most wait for others.</summary>
internal sealed class TransferFlow(string name, int wallets) : SvmFlow
{
    private readonly Keypair[] _wallets = [.. Enumerable.Range(2, wallets).Select(KeypairOf)];

    internal override string Name => name;

    internal override byte[] Sign(int number, Hash256 blockhash)
    {
        Keypair from = _wallets[number % wallets];
        Keypair to = _wallets[(number + (wallets / 2)) % wallets];
        return Sign(blockhash, [SystemInstructions.Transfer(from.PublicKey, to.PublicKey, 1_000_000 + (ulong)(number / wallets))], from);
    }

    protected override void Prepare(Bank bank) => Fund(bank, _wallets);
}

/// <summary>Transfers of a token between wallets in turn, by the native token program.</summary>
internal sealed class TokenFlow : SvmFlow
{
    private const int Wallets = 128;
    private const ulong Supply = 1_000_000_000_000;

    private readonly Keypair[] _wallets = [.. Enumerable.Range(2, Wallets).Select(KeypairOf)];
    private readonly Keypair _mint = KeypairOf(10_000);

    internal override string Name => "native token transfers";

    internal override byte[] Sign(int number, Hash256 blockhash)
    {
        Keypair from = _wallets[number % Wallets];
        Keypair to = _wallets[(number + (Wallets / 2)) % Wallets];
        return Sign(
            blockhash,
            [TokenInstructions.Transfer(AccountOf(from), AccountOf(to), from.PublicKey, 1 + (ulong)(number / Wallets))], from);
    }

    protected override void Prepare(Bank bank)
    {
        Fund(bank, _wallets);
        Hash256 blockhash = bank.LastHash;
        byte[] mint = Sign(
            blockhash,
            [
                SystemInstructions.CreateAccount(
                    Faucet.PublicKey, _mint.PublicKey, Rent.MinimumBalance(TokenInstructions.MintSize), TokenInstructions.MintSize,
                    ProgramIds.Token),
                TokenInstructions.InitializeMint2(_mint.PublicKey, 6, Faucet.PublicKey),
            ],
            Faucet, _mint);
        RunBlock(bank, [mint, .. _wallets.Select(wallet => CreateAccount(wallet, blockhash))]);
    }

    private byte[] CreateAccount(Keypair wallet, Hash256 blockhash) => Sign(
        blockhash,
        [
            SystemInstructions.CreateAccountWithSeed(
                wallet.PublicKey, AccountOf(wallet), wallet.PublicKey, "token", Rent.MinimumBalance(TokenInstructions.AccountSize),
                TokenInstructions.AccountSize, ProgramIds.Token),
            TokenInstructions.InitializeAccount3(AccountOf(wallet), _mint.PublicKey, wallet.PublicKey),
            TokenInstructions.MintTo(_mint.PublicKey, AccountOf(wallet), Faucet.PublicKey, Supply),
        ],
        wallet, Faucet);

    private static Address AccountOf(Keypair wallet) =>
        ProgramDerivedAddress.CreateWithSeed(wallet.PublicKey, "token", ProgramIds.Token);
}
