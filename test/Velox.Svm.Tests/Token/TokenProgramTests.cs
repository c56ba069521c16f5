using System.Buffers.Binary;
using System.Text;
using Xunit;
using static Velox.Svm.Tests.TokenWorld;

namespace Velox.Svm.Tests;

/// <summary>Rules of the token program that the recorded instructions do not reach, and its log.</summary>
public sealed class TokenProgramTests
{
    [Fact]
    public void A_transfer_logs_what_SPL_Token_logs()
    {
        TokenWorld world = CreateInitialized();
        world.Expect(TokenInstructions.MintTo(Mint(0), Token(0), Wallet(0), 100));
        world.Expect(TokenInstructions.Transfer(Token(0), Token(2), Wallet(0), 40));

        Assert.Equal(60ul, world.Read(0).Amount);
        Assert.Equal(40ul, world.Read(2).Amount);
        Assert.Equal(
            [
                "Program TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA invoke [1]",
                "Program log: Instruction: Transfer",
                "Program TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA success",
            ],
            world.Log);

        InstructionError error = world.Run(TokenInstructions.Transfer(Token(0), Token(2), Wallet(0), 61));
        Assert.Equal(TokenError.InsufficientFunds, error);
        Assert.Equal("Program log: Error: insufficient funds", world.Log[2]);
    }

    [Fact]
    public void An_unknown_or_cut_instruction_logs_no_name()
    {
        TokenWorld world = CreateInitialized();
        foreach (byte[] data in (byte[][])[[], [25], [3, 1, 2], [6, 4, 0], [6, 2, 2], [24, 0xFF], [20, 2, 1]])
        {
            Assert.Equal(TokenError.InvalidInstruction, world.Run([], data));
            Assert.Equal("Program log: Error: Invalid instruction", world.Log[1]);
        }
    }

    [Fact]
    public void A_delegate_spends_its_allowance_and_then_is_gone()
    {
        TokenWorld world = CreateInitialized();
        world.Expect(TokenInstructions.MintTo(Mint(0), Token(0), Wallet(0), 100));
        world.Expect(TokenInstructions.Approve(Token(0), Wallet(3), Wallet(0), 30));
        world.Expect(TokenInstructions.Transfer(Token(0), Token(0), Wallet(3), 30));
        Assert.Equal(30ul, world.Read(0).DelegatedAmount);
        world.Expect(TokenInstructions.Transfer(Token(0), Token(2), Wallet(3), 30));
        Assert.Null(world.Read(0).Delegate);
        Assert.Equal(TokenError.OwnerMismatch, world.Run(TokenInstructions.Transfer(Token(0), Token(2), Wallet(3), 1)));
    }

    [Fact]
    public void Revoke_reports_a_bad_first_account_before_a_missing_second()
    {
        TokenWorld world = CreateInitialized();
        byte[] data = [(byte)TokenInstructionTag.Revoke];
        InstructionAccount wallet = new(0, true, true);
        InstructionAccount token = new(6, true, true);
        Assert.Equal(InstructionErrorKind.InvalidAccountData, world.Run([wallet], data).Kind);
        Assert.Equal(InstructionErrorKind.NotEnoughAccountKeys, world.Run([token], data).Kind);
    }

    [Fact]
    public void A_multisig_acts_with_enough_signatures_only()
    {
        TokenWorld world = CreateInitialized();
        AccountMeta[] keys = [.. Enumerable.Range(0, 3).Select(i => AccountMeta.Readonly(Wallet(i)))];
        byte[] twoOfThree = [(byte)TokenInstructionTag.InitializeMultisig2, 2];
        AccountMeta[] accounts = [AccountMeta.Writable(Multisig), .. keys];
        world.Expect(new Instruction(ProgramIds.Token, accounts, twoOfThree));
        world.Expect(TokenInstructions.MintTo(Mint(0), Token(0), Wallet(0), 10));
        world.Expect(TokenInstructions.SetAuthority(Token(0), Wallet(0), TokenAuthorityType.AccountOwner, Multisig));

        Assert.Equal(
            InstructionErrorKind.MissingRequiredSignature,
            world.Run(TransferBy(AccountMeta.ReadonlySigner(Wallet(1)))).Kind);
        Assert.Equal(
            InstructionErrorKind.MissingRequiredSignature,
            world.Run(TransferBy(AccountMeta.ReadonlySigner(Wallet(1)), AccountMeta.ReadonlySigner(Wallet(3)))).Kind);
        world.Expect(TransferBy(AccountMeta.ReadonlySigner(Wallet(1)), AccountMeta.ReadonlySigner(Wallet(2))));
        Assert.Equal(10ul, world.Read(2).Amount);
    }

    [Fact]
    public void Wrapped_SOL_moves_its_lamports_with_it()
    {
        TokenWorld world = new();
        ulong reserve = Rent.MinimumBalance(TokenAccount.Size);
        world.Account(Token(0)).Lamports += 500;
        for (int i = 0; i < 2; i++)
            world.Expect(TokenInstructions.InitializeAccount3(Token(i), ProgramIds.NativeMint, Wallet(i)));
        Assert.Equal(500ul, world.Read(0).Amount);

        world.Expect(TokenInstructions.Transfer(Token(0), Token(1), Wallet(0), 200));
        Assert.Equal(reserve + 200, world.Account(Token(1)).Lamports);
        world.Account(Token(1)).Lamports += 7;
        world.Expect(TokenInstructions.SyncNative(Token(1)));
        Assert.Equal(207ul, world.Read(1).Amount);

        world.Expect(TokenInstructions.CloseAccount(Token(1), Wallet(1), Wallet(1)));
        Assert.Equal(10_000_000_000 + reserve + 207, world.Account(Wallet(1)).Lamports);
        Assert.Equal(ProgramIds.System, world.Account(Token(1)).Owner);
        Assert.Equal(0, world.Account(Token(1)).Data.Length);
    }

    [Fact]
    public void An_amount_of_zero_passes_where_nothing_may_be_written()
    {
        TokenWorld world = new();
        for (int i = 0; i < 2; i++)
            world.Expect(TokenInstructions.InitializeAccount3(Token(i), ProgramIds.NativeMint, Wallet(0)));
        AccountMeta[] readOnly =
            [AccountMeta.Readonly(Token(0)), AccountMeta.Readonly(Token(1)), AccountMeta.ReadonlySigner(Wallet(0))];
        Instruction transfer = TokenInstructions.Transfer(Token(0), Token(1), Wallet(0), 0);
        world.Expect(InstructionVariant.Of(transfer, readOnly));

        world.Account(Token(0)).Owner = ProgramIds.System;
        Assert.Equal(InstructionErrorKind.IncorrectProgramId, world.Run(transfer).Kind);
    }

    [Fact]
    public void A_forged_account_of_another_owner_cannot_be_written()
    {
        TokenWorld world = CreateInitialized();
        world.Expect(TokenInstructions.MintTo(Mint(0), Token(0), Wallet(0), 100));
        world.Account(Token(0)).Owner = ProgramIds.System;

        InstructionError error = world.Run(TokenInstructions.Transfer(Token(0), Token(2), Wallet(0), 40));
        Assert.Equal(InstructionErrorKind.ExternalAccountDataModified, error.Kind);
        Assert.DoesNotContain(world.Log, line => line.StartsWith("Program log: Error", StringComparison.Ordinal));
        Assert.Equal(0ul, world.Read(2).Amount);
    }

    [Theory]
    [InlineData("1.05", 105)]
    [InlineData("1.0500", 105)]
    [InlineData(".5", 50)]
    [InlineData("7.", 700)]
    [InlineData("+3", 300)]
    [InlineData("184467440737095516.15", ulong.MaxValue)]
    public void A_decimal_text_becomes_atoms(string text, ulong amount)
    {
        TokenWorld world = CreateInitialized();
        world.Expect(Query(TokenInstructionTag.UiAmountToAmount, Encoding.UTF8.GetBytes(text)));
        Assert.Equal(amount, BinaryPrimitives.ReadUInt64LittleEndian(world.ReturnData));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("1.055")]
    [InlineData("1.2.3")]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData(" 1")]
    [InlineData("184467440737095516.16")]
    public void A_text_that_is_no_amount_is_an_invalid_argument(string text)
    {
        TokenWorld world = CreateInitialized();
        InstructionError error = world.Run(Query(TokenInstructionTag.UiAmountToAmount, Encoding.UTF8.GetBytes(text)));
        Assert.Equal(InstructionErrorKind.InvalidArgument, error.Kind);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(5, "0.05")]
    [InlineData(1050, "10.5")]
    [InlineData(1000, "10")]
    [InlineData(ulong.MaxValue, "184467440737095516.15")]
    public void Atoms_become_a_decimal_text(ulong amount, string text)
    {
        TokenWorld world = CreateInitialized();
        world.Expect(Query(TokenInstructionTag.AmountToUiAmount, BitConverter.GetBytes(amount)));
        Assert.Equal(text, Encoding.ASCII.GetString(world.ReturnData));
    }

    private static Instruction Query(TokenInstructionTag tag, byte[] argument) =>
        new(ProgramIds.Token, new[] { AccountMeta.Readonly(Mint(0)) }, (byte[])[(byte)tag, .. argument]);

    private static Instruction TransferBy(params AccountMeta[] signers) =>
        InstructionVariant.Of(
            TokenInstructions.Transfer(Token(0), Token(2), Multisig, 10),
            [
                AccountMeta.Writable(Token(0)), AccountMeta.Writable(Token(2)), AccountMeta.Readonly(Multisig),
                .. signers,
            ]);
}
