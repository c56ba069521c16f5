using Velox.State;
using Xunit;
using static Velox.Svm.Tests.TokenWorld;

namespace Velox.Svm.Tests;

/// <summary>What must hold whatever instructions come, and whatever bytes.</summary>
public sealed class TokenPropertyTests
{
    [Fact]
    public void Supply_is_the_sum_of_balances_after_any_instructions()
    {
        int succeeded = 0;
        for (int seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            TokenWorld world = CreateInitialized();
            for (int step = 0; step < 300; step++)
            {
                if (!world.Run(RandomInstruction(random)).IsError)
                    succeeded++;
                for (int mint = 0; mint < 2; mint++)
                {
                    bool isSum = SumOf(world, mint) == world.ReadMint(mint).Supply;
                    Assert.True(isSum, $"seed {seed}, step {step}, mint {mint}");
                }
            }
        }

        Assert.True(succeeded > 1_000, $"only {succeeded} instructions succeeded: the test would prove little");
    }

    [Fact]
    public void Mutated_instructions_and_account_lists_fail_with_an_error_and_move_no_lamports_in_sum()
    {
        for (int seed = 1; seed <= 8_000; seed++)
        {
            var random = new Random(seed);
            TokenWorld world = CreateInitialized();
            if (random.Next(2) == 0)
                Scramble(world, random);
            UInt128 lamports = LamportSum(world);

            InstructionError error = world.Run(RandomAccounts(world, random), RandomData(random));

            Assert.True(LamportSum(world) == lamports, $"seed {seed}: lamports were made or lost");
            Assert.False(
                world.Log.Any(line => line.StartsWith("Program fault", StringComparison.Ordinal)),
                $"seed {seed}: {error}\n{string.Join('\n', world.Log)}");
        }
    }

    private static Instruction RandomInstruction(Random random)
    {
        var source = Token(random.Next(AccountCount));
        var destination = Token(random.Next(AccountCount));
        var wallet = Wallet(random.Next(WalletCount));
        var authority = Wallet(random.Next(3) == 0 ? random.Next(WalletCount) : 0);
        var mint = Mint(random.Next(2));
        ulong amount = random.Next(20) == 0 ? ulong.MaxValue - (ulong)random.Next(3) : (ulong)random.Next(200);
        byte decimals = (byte)(random.Next(8) == 0 ? 3 : 2);
        return random.Next(14) switch
        {
            0 or 1 => TokenInstructions.MintTo(mint, destination, authority, amount),
            2 => TokenInstructions.MintToChecked(mint, destination, authority, amount, decimals),
            3 or 4 => TokenInstructions.Transfer(source, destination, wallet, amount),
            5 => TokenInstructions.TransferChecked(source, mint, destination, wallet, amount, decimals),
            6 => TokenInstructions.Approve(source, Wallet(random.Next(WalletCount)), wallet, amount),
            7 => TokenInstructions.Revoke(source, wallet),
            8 => TokenInstructions.Burn(source, mint, wallet, amount),
            9 => TokenInstructions.BurnChecked(source, mint, wallet, amount, decimals),
            10 => TokenInstructions.FreezeAccount(source, mint, authority),
            11 => TokenInstructions.ThawAccount(source, mint, authority),
            12 => TokenInstructions.CloseAccount(source, wallet, wallet),
            _ => TokenInstructions.SetAuthority(
                source, wallet, TokenAuthorityType.AccountOwner, Wallet(random.Next(WalletCount))),
        };
    }

    private static UInt128 SumOf(TokenWorld world, int mint)
    {
        UInt128 sum = 0;
        for (int i = 0; i < AccountCount; i++)
        {
            TokenAccount account = world.Read(i);
            if (account.Mint == Mint(mint))
                sum += account.Amount;
        }

        return sum;
    }

    private static UInt128 LamportSum(TokenWorld world)
    {
        UInt128 sum = 0;
        foreach (Account account in world.Accounts)
            sum += account.Lamports;
        return sum;
    }

    // Accounts as no instruction makes them: random bytes under the token program's ownership.
    private static void Scramble(TokenWorld world, Random random)
    {
        Account account = world.Accounts[random.Next(world.Accounts.Count)];
        Span<byte> data = account.Data.Write(0, account.Data.Length);
        for (int i = 0; i < 3 && data.Length > 0; i++)
            data[random.Next(data.Length)] = (byte)random.Next(256);
        if (random.Next(4) == 0)
            account.Data.Resize(random.Next(400));
    }

    private static InstructionAccount[] RandomAccounts(TokenWorld world, Random random)
    {
        var accounts = new InstructionAccount[random.Next(16)];
        for (int i = 0; i < accounts.Length; i++)
        {
            accounts[i] = new InstructionAccount(
                random.Next(world.Accounts.Count), random.Next(4) > 0, random.Next(4) > 0);
        }

        return accounts;
    }

    private static byte[] RandomData(Random random)
    {
        byte[] data = new byte[random.Next(80)];
        random.NextBytes(data);
        if (data.Length > 0)
            data[0] = (byte)random.Next(27);
        if (data.Length > 9 && random.Next(2) == 0)
            data.AsSpan(1, 8).Clear();
        return data;
    }
}
