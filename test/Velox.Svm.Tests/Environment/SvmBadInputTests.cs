using Velox.Cryptography;
using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>What is out of bounds is refused with the name of the field and the bound, and changes nothing.</summary>
public sealed class SvmBadInputTests
{
    private static readonly Address Stranger = TestKeys.Stranger(7_400);

    public static TheoryData<string, Action<SvmEnvironment>> Refused() => new()
    {
        { "lamports is at most 500000000000000000 in one airdrop", e => e.Airdrop(Stranger, SvmEnvironment.MaxAirdropLamports + 1) },
        { "lamports is at most 5 here: the balance is 18446744073709551610", e => e.Airdrop(TestKeys.Stranger(7_401), 6) },
        { "is a sysvar", e => e.Airdrop(SysvarIds.Clock, 1) },
        { "is a sysvar: use SetSysvar", e => e.SetAccount(SysvarIds.Rent, new SvmAccount(1, ProgramIds.System)) },
        { "is a sysvar: use SetSysvar", e => e.RemoveAccount(SysvarIds.Instructions) },
        {
            "The data is 10485761 bytes: at most 10485760",
            e => e.SetAccount(Stranger, new SvmAccount(1, ProgramIds.System, new byte[AccountHandle.MaxDataLength + 1]))
        },
        { "is no sysvar that can be set", e => e.SetSysvar(Stranger, new byte[8]) },
        { "is no sysvar that can be set", e => e.SetSysvar(SysvarIds.Instructions, new byte[8]) },
        { "is 16 bytes: 17 is allowed", e => e.SetSysvar(SysvarIds.Rent, new byte[16]) },
        { "is 41 bytes: 40 is allowed", e => e.SetSysvar(SysvarIds.Clock, new byte[41]) },
        { "Clock.Slot is at least 1", e => e.SetSysvar(SysvarIds.Clock, new byte[40]) },
        { "There are 513 entries: at most 512", e => e.SetSlotHashes(new SlotHashEntry[513]) },
        { "There are 513 entries: at most 512", e => e.SetStakeHistory(new StakeHistoryEntry[513]) },
        { "Entry 1 is of 5, the one before of 5", e => e.SetSlotHashes(new SlotHashEntry(5, default), new SlotHashEntry(5, default)) },
        { "Entry 1 is of 6, the one before of 5", e => e.SetStakeHistory(new StakeHistoryEntry(5, 0, 0, 0), new StakeHistoryEntry(6, 0, 0, 0)) },
        { "slot is above 1", e => e.WarpToSlot(1) },
        { "slots is 1 to", e => e.AdvanceSlot(0) },
        { "slots is 1 to", e => e.AdvanceSlot(ulong.MaxValue) },
        { "is refused: ", e => e.AddProgram(Stranger, [1, 2, 3]) },
        { "is refused: ", e => e.AddProgram(Stranger, TestElf.OfText(new byte[8])) },
        { "loader is Upgradeable, Final or Deprecated", e => e.AddProgram(Stranger, TestElf.Returning(0), (ProgramLoader)9) },
        { "is a sysvar", e => e.AddProgram(SysvarIds.Clock, TestElf.Returning(0)) },
        { "is a sysvar", e => e.AddNativeProgram(new ScriptProgram(SysvarIds.Clock, _ => default)) },
        { "transactions has at most 65536", e => e.SendAll(new byte[65_537][]) },
        { "The account count is", e => e.Send(ManyAccounts(), TestKeys.Pair(1)) },
        { "The key pair of signer", e => e.Send(SystemInstructions.Transfer(Stranger, Stranger, 1), TestKeys.Pair(1)) },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void It_is_refused_by_name_and_bound(string text, Action<SvmEnvironment> action)
    {
        var environment = new SvmEnvironment();
        environment.SetAccount(TestKeys.Stranger(7_401), new SvmAccount(ulong.MaxValue - 5, ProgramIds.System));
        Hash256 root = environment.StateRoot;

        Exception thrown = Assert.ThrowsAny<Exception>(() => action(environment));

        Assert.True(thrown is ArgumentException or InvalidOperationException, thrown.ToString());
        Assert.Contains(text, thrown.Message, StringComparison.Ordinal);
        Assert.Equal(root, environment.StateRoot);
        Assert.Equal(1ul, environment.Slot);
    }

    [Fact]
    public void Options_are_refused_by_name_and_bound()
    {
        (SvmOptions Options, string Text)[] refused =
        [
            (new SvmOptions { Workers = 0 }, "Workers is 1 to 256"),
            (new SvmOptions { Workers = 257 }, "Workers is 1 to 256"),
            (new SvmOptions { LogBytes = 63 }, "LogBytes is 64 to 65535"),
            (new SvmOptions { LogBytes = 65_536 }, "LogBytes is 64 to 65535"),
            (new SvmOptions { BlockhashMaxAge = 0 }, "BlockhashMaxAge is 1 to 6000"),
            (new SvmOptions { BlockhashMaxAge = 6_001 }, "BlockhashMaxAge is 1 to 6000"),
            (new SvmOptions { Slot = 0 }, "Slot is at least 1"),
        ];
        foreach ((SvmOptions options, string text) in refused)
        {
            var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => new SvmEnvironment(options));
            Assert.Contains(text, thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Random_bytes_and_broken_transactions_are_results()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var environment = seed % 2 == 0 ? new SvmEnvironment() : new SvmEnvironment(new SvmOptions { VerifiesSignatures = false });
            Keypair payer = environment.NewFunded();
            byte[] bytes = environment.Sign([SystemInstructions.Transfer(payer.PublicKey, Stranger, 1_000_000)], payer);
            for (int i = random.Next(1, 6); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                Array.Resize(ref bytes, random.Next(bytes.Length));

            SvmResult simulated = environment.Simulate(bytes);
            SvmResult sent = environment.Send(bytes);

            Assert.True(simulated.Error == sent.Error, $"seed {seed}: {simulated} but {sent}");
            Assert.Equal(simulated.PostAccounts, sent.PostAccounts);
        }
    }

    [Fact]
    public void An_airdrop_may_fill_an_account_to_the_brim()
    {
        var environment = new SvmEnvironment();
        environment.Airdrop(Stranger, SvmEnvironment.MaxAirdropLamports);
        Assert.Equal(SvmEnvironment.MaxAirdropLamports, environment.GetBalance(Stranger));
        environment.SetAccount(Stranger, new SvmAccount(ulong.MaxValue - 5, ProgramIds.System));
        environment.Airdrop(Stranger, 5);
        Assert.Equal(ulong.MaxValue, environment.GetBalance(Stranger));
        environment.Airdrop(TestKeys.Stranger(7_402), 0);
        Assert.Null(environment.GetAccount(TestKeys.Stranger(7_402)));
    }

    private static Instruction ManyAccounts() => new(
        ProgramIds.System, Enumerable.Range(0, 300).Select(i => AccountMeta.Readonly(TestKeys.Stranger(i))).Take(255).ToArray(), default);
}
