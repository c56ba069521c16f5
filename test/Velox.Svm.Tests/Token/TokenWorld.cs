using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Tests;

/// <summary>Bare accounts for token instructions: mints, wallets, token accounts, a multisig, wrapped SOL.</summary>
internal sealed class TokenWorld
{
    internal const int WalletCount = 4;
    internal const int AccountCount = 6;
    private const ulong WalletLamports = 10_000_000_000;

    private readonly Account[] _accounts;
    private readonly SingleInstruction _runner;

    internal TokenWorld()
    {
        var accounts = new List<Account>();
        for (int i = 0; i < WalletCount; i++)
            accounts.Add(SingleInstruction.CreateAccount(Wallet(i), ProgramIds.System, WalletLamports, []));
        accounts.Add(Create(Mint(0), TokenMint.Size));
        accounts.Add(Create(Mint(1), TokenMint.Size));
        for (int i = 0; i < AccountCount; i++)
            accounts.Add(Create(Token(i), TokenAccount.Size));
        accounts.Add(Create(Multisig, TokenMultisig.Size));
        accounts.Add(SingleInstruction.CreateAccount(SysvarIds.Rent, SysvarIds.Owner, 1_000_000, new byte[17]));
        accounts.Add(SingleInstruction.CreateAccount(ProgramIds.NativeMint, ProgramIds.System, 0, []));
        _accounts = [.. accounts];
        _runner = new SingleInstruction(_accounts);
    }

    internal static Address Multisig => TestKeys.Stranger(400);

    internal IReadOnlyList<string> Log => _runner.Log;

    internal byte[] ReturnData => _runner.ReturnData;

    internal IReadOnlyList<Account> Accounts => _accounts;

    internal static Address Wallet(int index) => TestKeys.Stranger(100 + index);

    internal static Address Mint(int index) => TestKeys.Stranger(200 + index);

    internal static Address Token(int index) => TestKeys.Stranger(300 + index);

    /// <summary>Two mints of wallet 0 (2 decimals), three accounts of each; account i is of wallet i mod 4.</summary>
    internal static TokenWorld CreateInitialized()
    {
        var world = new TokenWorld();
        for (int i = 0; i < 2; i++)
            world.Expect(TokenInstructions.InitializeMint2(Mint(i), 2, Wallet(0), Wallet(0)));
        for (int i = 0; i < AccountCount; i++)
            world.Expect(TokenInstructions.InitializeAccount3(Token(i), Mint(i % 2), Wallet(i % WalletCount)));
        return world;
    }

    internal Account Account(Address address) => _accounts.Single(account => account.Address == address);

    internal TokenAccount Read(int token)
    {
        TokenAccount.TryRead(Account(Token(token)).Data.Bytes, out TokenAccount account);
        return account;
    }

    internal TokenMint ReadMint(int mint)
    {
        TokenMint.TryRead(Account(Mint(mint)).Data.Bytes, out TokenMint value);
        return value;
    }

    internal void Expect(Instruction instruction)
    {
        InstructionError error = Run(instruction);
        Xunit.Assert.True(!error.IsError, $"{error}\n{string.Join('\n', Log)}");
    }

    internal InstructionError Run(Instruction instruction)
    {
        AccountMeta[] metas = instruction.Accounts.ToArray();
        InstructionAccount[] accounts =
        [
            .. metas.Select(meta => new InstructionAccount(
                Array.FindIndex(_accounts, account => account.Address == meta.Address),
                metas.Any(other => other.Address == meta.Address && other.IsSigner),
                metas.Any(other => other.Address == meta.Address && other.IsWritable))),
        ];
        return Run(accounts, instruction.Data.ToArray());
    }

    internal InstructionError Run(InstructionAccount[] accounts, byte[] data) =>
        _runner.Run(ProgramIds.Token, accounts, data);

    private static Account Create(Address address, int size) =>
        SingleInstruction.CreateAccount(address, ProgramIds.Token, Rent.MinimumBalance(size), new byte[size]);
}
