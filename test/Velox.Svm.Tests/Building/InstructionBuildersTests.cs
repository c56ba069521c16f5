using Xunit;
using static Velox.Svm.Tests.InstructionText;

namespace Velox.Svm.Tests;

/// <summary>Our instruction builders against those of web3.js and spl-token.</summary>
public sealed class InstructionBuildersTests
{
    private const ulong U = 0x1122_3344_5566_7788;

    private static readonly Dictionary<string, Instruction> Ours = new()
    {
        ["CreateAccount"] = SystemInstructions.CreateAccount(Key(1), Key(2), 1_234_567_890_123, 165, Key(3)),
        ["Assign"] = SystemInstructions.Assign(Key(1), Key(2)),
        ["Transfer"] = SystemInstructions.Transfer(Key(1), Key(2), U),
        ["Allocate"] = SystemInstructions.Allocate(Key(1), 10_240),
        ["CreateAccountWithSeed"] =
            SystemInstructions.CreateAccountWithSeed(Key(1), Key(2), Key(3), "seed", 7, 8, Key(4)),
        ["CreateAccountWithSeedOfPayer"] =
            SystemInstructions.CreateAccountWithSeed(Key(1), Key(2), Key(1), "seed", 7, 8, Key(4)),
        ["InitializeNonceAccount"] = SystemInstructions.InitializeNonceAccount(Key(1), Key(2)),
        ["AdvanceNonceAccount"] = SystemInstructions.AdvanceNonceAccount(Key(1), Key(2)),
        ["WithdrawNonceAccount"] = SystemInstructions.WithdrawNonceAccount(Key(1), Key(2), Key(3), 99),
        ["AuthorizeNonceAccount"] = SystemInstructions.AuthorizeNonceAccount(Key(1), Key(2), Key(3)),
        ["RequestHeapFrame"] = ComputeBudgetInstructions.RequestHeapFrame(65_536),
        ["SetComputeUnitLimit"] = ComputeBudgetInstructions.SetComputeUnitLimit(1_400_000),
        ["SetComputeUnitPrice"] = ComputeBudgetInstructions.SetComputeUnitPrice(U),
        ["InitializeMint2"] = TokenInstructions.InitializeMint2(Key(1), 6, Key(2), Key(3)),
        ["InitializeMint2WithoutFreeze"] = TokenInstructions.InitializeMint2(Key(1), 6, Key(2)),
        ["InitializeAccount3"] = TokenInstructions.InitializeAccount3(Key(1), Key(2), Key(3)),
        ["InitializeImmutableOwner"] = TokenInstructions.InitializeImmutableOwner(Key(1)),
        ["MintTo"] = TokenInstructions.MintTo(Key(1), Key(2), Key(3), U),
        ["MintToChecked"] = TokenInstructions.MintToChecked(Key(1), Key(2), Key(3), U, 9),
        ["TokenTransfer"] = TokenInstructions.Transfer(Key(1), Key(2), Key(3), U),
        ["TransferChecked"] = TokenInstructions.TransferChecked(Key(1), Key(2), Key(3), Key(4), U, 9),
        ["Approve"] = TokenInstructions.Approve(Key(1), Key(2), Key(3), U),
        ["ApproveChecked"] = TokenInstructions.ApproveChecked(Key(1), Key(2), Key(3), Key(4), U, 9),
        ["Revoke"] = TokenInstructions.Revoke(Key(1), Key(2)),
        ["SetAuthority"] =
            TokenInstructions.SetAuthority(Key(1), Key(2), TokenAuthorityType.AccountOwner, Key(3)),
        ["SetAuthorityToNone"] =
            TokenInstructions.SetAuthority(Key(1), Key(2), TokenAuthorityType.FreezeAccount, null),
        ["Burn"] = TokenInstructions.Burn(Key(1), Key(2), Key(3), U),
        ["BurnChecked"] = TokenInstructions.BurnChecked(Key(1), Key(2), Key(3), U, 9),
        ["CloseAccount"] = TokenInstructions.CloseAccount(Key(1), Key(2), Key(3)),
        ["FreezeAccount"] = TokenInstructions.FreezeAccount(Key(1), Key(2), Key(3)),
        ["ThawAccount"] = TokenInstructions.ThawAccount(Key(1), Key(2), Key(3)),
        ["SyncNative"] = TokenInstructions.SyncNative(Key(1)),
        ["CreateIdempotent"] = AssociatedTokenInstructions.CreateIdempotent(Key(1), Key(2), Key(3), Key(4)),
    };

    public static TheoryData<string> Names => [.. Web3Instructions.All.Select(vector => vector.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_instruction_equals_the_one_of_web3(string name)
    {
        (_, string program, string accounts, string data) = Web3Instructions.All.Single(vector => vector.Name == name);
        Instruction ours = Ours[name];

        Assert.Equal(program, ours.ProgramId.ToString());
        Assert.Equal(accounts, Accounts(ours));
        Assert.Equal(data, Data(ours));
    }

    [Fact]
    public void What_web3_does_not_build_has_its_documented_bytes()
    {
        Assert.Equal("0400000100", Data(ComputeBudgetInstructions.SetLoadedAccountsDataSizeLimit(65_536)));

        Instruction create = AssociatedTokenInstructions.Create(Key(1), Key(2), Key(3), Key(4));
        Assert.Equal("00", Data(create));
        Assert.Equal($"1sw,2w,3,4,{ProgramIds.System},{ProgramIds.Token}", Accounts(create));
    }
}
