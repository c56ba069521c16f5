using System.Buffers.Binary;
using Velox.Cryptography;
using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.EnvironmentPrograms;

namespace Velox.Svm.Tests;

public sealed class SvmTimeTests
{
    private const ulong SlotsPerEpoch = 432_000;

    private static readonly Address Reader = TestKeys.Stranger(7_300);
    private static readonly Address Counter = TestKeys.Stranger(7_301);

    [Fact]
    public void The_first_slot_and_time_are_the_options()
    {
        var environment = new SvmEnvironment(new SvmOptions { Slot = 447_552_000, UnixTimestamp = 1_700_000_000 });
        Assert.Equal(
            new ClockSysvar(447_552_000, 1_700_000_000, 1_036, 1_037, 1_700_000_000), environment.Clock);
        Assert.Equal((447_552_000ul, 1_700_000_000L), (environment.Slot, environment.UnixTimestamp));
    }

    [Fact]
    public void A_warp_takes_the_epoch_the_slot_hashes_and_the_blockhash_along_but_not_the_time()
    {
        var environment = new SvmEnvironment(new SvmOptions { UnixTimestamp = 50 });
        Hash256 first = environment.LatestBlockhash;
        environment.WarpToTimestamp(100);

        environment.WarpToSlot((3 * SlotsPerEpoch) + 7);

        Assert.Equal(new ClockSysvar((3 * SlotsPerEpoch) + 7, 100, 3, 4, 100), environment.Clock);
        Assert.NotEqual(first, environment.LatestBlockhash);
        ReadOnlySpan<byte> hashes = environment.GetSysvar(SysvarIds.SlotHashes).Span;
        Assert.Equal((3 * SlotsPerEpoch) + 6, SlotHashes.SlotAt(hashes, 0));
        Assert.Equal(environment.LatestBlockhash, SlotHashes.HashAt(hashes, 0));
        Assert.True(SlotHistory.Contains(environment.GetSysvar(SysvarIds.SlotHistory).Span, 1));
        Assert.False(SlotHistory.Contains(environment.GetSysvar(SysvarIds.SlotHistory).Span, 2));
        environment.AdvanceSlot();
        Assert.Equal((3 * SlotsPerEpoch) + 8, environment.Slot);
    }

    [Fact]
    public void Programs_see_the_clock_and_sysvars_as_they_are_set()
    {
        var environment = new SvmEnvironment();
        Keypair payer = environment.NewFunded();
        environment.AddProgram(Reader, TestElf.Of(
            """
            mov64 r1, r10
            add64 r1, -40
            syscall sol_get_clock_sysvar
            mov64 r1, r10
            add64 r1, -48
            syscall sol_get_last_restart_slot
            ldxdw r1, [r10-40]
            ldxdw r2, [r10-8]
            ldxdw r3, [r10-24]
            ldxdw r4, [r10-48]
            mov64 r5, 0
            syscall sol_log_64_
            mov64 r0, 0
            exit
            """));
        environment.WarpToSlot(SlotsPerEpoch);
        environment.WarpToTimestamp(0x1234);
        environment.SetLastRestartSlot(0x55);
        AssertSees("0x69780, 0x1234, 0x1, 0x55, 0x0");

        environment.Clock = environment.Clock with { Slot = 9, Epoch = 8, UnixTimestamp = -1 };

        AssertSees("0x9, 0xffffffffffffffff, 0x8, 0x55, 0x0");
        Assert.Equal(9ul, environment.Slot);

        void AssertSees(string text) => Assert.Contains(
            $"Program log: {text}",
            environment.Simulate(new Instruction(Reader, default, default), payer).EnsureSuccess().Logs);
    }

    [Fact]
    public void Sysvars_are_set_in_their_serialised_form()
    {
        var environment = new SvmEnvironment();
        Hash256 hash = environment.LatestBlockhash;
        environment.SetRent(new RentSysvar(1, BitConverter.DoubleToUInt64Bits(2.0), 3));
        environment.SetEpochSchedule(new EpochScheduleSysvar(32, 16, true, 5, 1_000));
        environment.SetEpochRewards(new EpochRewardsSysvar(1, 2, hash, UInt128.One << 64, 4, 5, true));
        environment.SetSlotHashes(new SlotHashEntry(9, hash), new SlotHashEntry(4, default));
        environment.SetStakeHistory(new StakeHistoryEntry(3, 30, 31, 32), new StakeHistoryEntry(2, 20, 21, 22));

        Assert.Equal("0100000000000000000000000000004003", Hex(SysvarIds.Rent));
        Assert.Equal("2000000000000000" + "1000000000000000" + "01" + "0500000000000000" + "E803000000000000", Hex(SysvarIds.EpochSchedule));
        Assert.Equal(
            "0100000000000000" + "0200000000000000" + Convert.ToHexString(hash.Span) + "00000000000000000100000000000000"
            + "0400000000000000" + "0500000000000000" + "01", Hex(SysvarIds.EpochRewards));
        ReadOnlyMemory<byte> hashes = environment.GetSysvar(SysvarIds.SlotHashes);
        Assert.Equal((2, 1, 4ul), (SlotHashes.Count(hashes.Span), SlotHashes.IndexOf(hashes.Span, 4), SlotHashes.SlotAt(hashes.Span, 1)));
        byte[] history = environment.GetSysvar(SysvarIds.StakeHistory).ToArray();
        ulong[] words = [.. Enumerable.Range(0, 9).Select(i => BinaryPrimitives.ReadUInt64LittleEndian(history.AsSpan(8 * i)))];
        Assert.Equal([2ul, 3, 30, 31, 32, 2, 20, 21, 22], words);

        string Hex(Address id) => Convert.ToHexString(environment.GetSysvar(id).Span);
    }

    [Fact]
    public void An_expired_blockhash_is_not_found_and_makes_room_for_the_same_instructions()
    {
        var environment = new SvmEnvironment();
        Keypair payer = environment.NewFunded();
        AddCounter(environment, Counter);
        byte[] old = environment.Sign([Count(Counter)], payer);
        environment.Send(old).EnsureSuccess();
        Assert.Equal(TransactionErrorKind.AlreadyProcessed, environment.Send(old).Error.Kind);

        environment.ExpireBlockhash();

        Assert.Equal(TransactionErrorKind.BlockhashNotFound, environment.Send(old).Error.Kind);
        environment.Send(Count(Counter), payer).EnsureSuccess();
        Assert.Equal(2ul, CountOf(environment, Counter));
        Assert.Equal(1ul, environment.Slot);
    }

    [Fact]
    public void A_durable_nonce_lasts_longer_than_blockhashes_and_serves_once()
    {
        const int nonceOffset = 40;
        var environment = new SvmEnvironment();
        Keypair payer = environment.NewFunded();
        Keypair nonce = environment.NewKeypair();
        environment.Send(
            [
                SystemInstructions.CreateAccount(payer.PublicKey, nonce.PublicKey, 2_000_000, 80, ProgramIds.System),
                SystemInstructions.InitializeNonceAccount(nonce.PublicKey, payer.PublicKey),
            ],
            payer, nonce).EnsureSuccess();
        byte[] transaction = new TransactionBuilder(payer.PublicKey)
        {
            RecentBlockhash = new Hash256(environment.GetAccount(nonce.PublicKey)!.Data.Span.Slice(nonceOffset, Hash256.Size)),
        }
            .Add(SystemInstructions.AdvanceNonceAccount(nonce.PublicKey, payer.PublicKey))
            .Add(SystemInstructions.Transfer(payer.PublicKey, Reader, 1_000_000_000))
            .Sign(payer);
        environment.AdvanceSlot(10_000);
        Assert.True(environment.Simulate(transaction).IsSuccess);

        environment.Send(transaction).EnsureSuccess();

        Assert.Equal(1_000_000_000ul, environment.GetBalance(Reader));
        environment.ExpireBlockhash();
        Assert.Equal(TransactionErrorKind.BlockhashNotFound, environment.Send(transaction).Error.Kind);
    }

    [Fact]
    public void A_blockhash_lasts_as_many_slots_as_the_option_says()
    {
        foreach ((int age, ulong step) in ((int, ulong)[])[(1, 1), (3, 1), (150, 1), (150, 149), (150, 1_000)])
        {
            var environment = new SvmEnvironment(new SvmOptions { BlockhashMaxAge = age });
            Keypair payer = environment.NewFunded();
            AddCounter(environment, Counter);
            byte[] unused = environment.Sign([Count(Counter)], payer);
            byte[] used = environment.Sign([Count(Counter), Count(Counter)], payer);
            environment.Send(used).EnsureSuccess();
            for (ulong passed = step; passed < (ulong)age; passed += step)
            {
                environment.AdvanceSlot(step);
                Assert.Equal(TransactionErrorKind.AlreadyProcessed, environment.Send(used).Error.Kind);
                Assert.True(environment.Simulate(unused).IsSuccess, $"age {age}, step {step}, passed {passed}");
            }

            environment.AdvanceSlot(step);
            Assert.Equal(TransactionErrorKind.BlockhashNotFound, environment.Send(used).Error.Kind);
            Assert.Equal(TransactionErrorKind.BlockhashNotFound, environment.Send(unused).Error.Kind);
        }
    }
}
