using System.Buffers.Binary;
using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>The sysvar accounts at genesis, from block to block, and as transactions and simulations see them.</summary>
public sealed class SysvarTests
{
    private const long GenesisTime = 1_700_000_000;

    public static TheoryData<string, int> Sizes => new()
    {
        { "SysvarC1ock11111111111111111111111111111111", 40 },
        { "SysvarRent111111111111111111111111111111111", 17 },
        { "SysvarEpochSchedu1e111111111111111111111111", 33 },
        { "SysvarEpochRewards1111111111111111111111111", 81 },
        { "SysvarS1otHashes111111111111111111111111111", 20_488 },
        { "SysvarS1otHistory11111111111111111111111111", 131_097 },
        { "SysvarStakeHistory1111111111111111111111111", 16_392 },
        { "SysvarRecentB1ockHashes11111111111111111111", 6_008 },
        { "SysvarLastRestartS1ot1111111111111111111111", 8 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Every_sysvar_is_there_from_genesis_on(string id, int size)
    {
        Account account = new TestBank().Account(Address.Parse(id));
        Assert.Equal(size, account.Data.Length);
        Assert.Equal("Sysvar1111111111111111111111111111111111111", account.Owner.ToString());
        Assert.Equal(Rent.MinimumBalance(size), account.Lamports);
        Assert.False(account.Executable);
    }

    [Fact]
    public void Constants_are_serialised_as_Solana_does()
    {
        var bank = new TestBank();
        Assert.Equal(
            new byte[] { 0x30, 0x1B, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 50 }, bank.Account(SysvarIds.Rent).Data.Bytes);
        byte[] schedule = new byte[33];
        schedule[0] = schedule[8] = 0x80;
        schedule[1] = schedule[9] = 0x97;
        schedule[2] = schedule[10] = 0x06;
        Assert.Equal(schedule, bank.Account(SysvarIds.EpochSchedule).Data.Bytes);
        foreach (Address id in (Address[])[SysvarIds.EpochRewards, SysvarIds.StakeHistory, SysvarIds.LastRestartSlot])
            Assert.False(bank.Account(id).Data.Bytes.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void The_clock_starts_epochs()
    {
        var store = new AccountStore();
        Sysvars.Create(store, GenesisTime);
        Account clock = store.Find(SysvarIds.Clock)!;
        Assert.Equal([0, GenesisTime, 0, 1, GenesisTime], Words(clock));
        const long epoch = (long)BlockContext.SlotsPerEpoch;
        SysvarCache seen = SysvarCache.Empty;
        (long Slot, long Time, long[] Expected)[] blocks =
        [
            (1, GenesisTime + 5, [1, GenesisTime, 0, 1, GenesisTime + 5]),
            (epoch - 1, GenesisTime + 6, [epoch - 1, GenesisTime, 0, 1, GenesisTime + 6]),
            (epoch, GenesisTime + 9, [epoch, GenesisTime + 9, 1, 2, GenesisTime + 9]),
            (epoch + 1, GenesisTime + 10, [epoch + 1, GenesisTime + 9, 1, 2, GenesisTime + 10]),
        ];
        foreach ((long slot, long time, long[] expected) in blocks)
        {
            seen = Sysvars.BeginBlock(store, new BlockContext((ulong)slot, time), seen);
            Assert.Equal(expected, Words(clock));
            Assert.True(seen.TryGet(SysvarIds.Clock, out ReadOnlySpan<byte> data));
            Assert.Equal(clock.Data.Bytes, data);
        }
    }

    [Fact]
    public void Slot_hashes_and_recent_blockhashes_are_the_last_blocks_newest_first()
    {
        var bank = new TestBank();
        List<Hash256> hashes = [];
        for (int slot = 0; slot < 600; slot++)
        {
            hashes.Add(bank.Bank.LastHash);
            bank.EmptyBlock();
            ReadOnlySpan<byte> slotHashes = bank.Account(SysvarIds.SlotHashes).Data.Bytes;
            ReadOnlySpan<byte> recent = bank.Account(SysvarIds.RecentBlockhashes).Data.Bytes;
            int count = Math.Min(slot + 1, 512);
            Assert.Equal(count, SlotHashes.Count(slotHashes));
            Assert.Equal(Math.Min(slot + 1, 150), RecentBlockhashes.Count(recent));
            foreach (int age in (int[])[0, count / 2, count - 1])
            {
                Assert.Equal((ulong)(slot - age), SlotHashes.SlotAt(slotHashes, age));
                Assert.Equal(hashes[slot - age], SlotHashes.HashAt(slotHashes, age));
                Assert.Equal(age, SlotHashes.IndexOf(slotHashes, (ulong)(slot - age)));
                if (age >= 150)
                    continue;
                ReadOnlySpan<byte> entry = recent.Slice(8 + (age * 40), 40);
                Assert.Equal(hashes[slot - age].Span, entry[..32]);
                Assert.Equal(5_000UL, BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]));
            }

            Assert.Equal(-1, SlotHashes.IndexOf(slotHashes, (ulong)slot + 1));
            if (slot >= 512)
                Assert.Equal(-1, SlotHashes.IndexOf(slotHashes, (ulong)slot - 512));
        }
    }

    [Fact]
    public void Slot_history_knows_the_slots_that_had_blocks()
    {
        var memory = new TrackedMemory(SlotHistory.Size);
        SlotHistory.Initialize(memory);
        Assert.Equal(1UL, BinaryPrimitives.ReadUInt64LittleEndian(memory.Bytes[^8..]));
        Assert.Equal(new byte[] { 1, 0, 0x40, 0, 0, 0, 0, 0, 0, 1 }, memory.Bytes[..10]);

        HashSet<ulong> slots = [0];
        var random = new Random(12);
        ulong slot = 0;
        for (int i = 0; i < 2_000; i++)
        {
            slot += (ulong)(i % 500 == 499 ? random.Next(200_000, 700_000) : random.Next(1, 4));
            SlotHistory.Add(memory, slot);
            slots.Add(slot);
            Assert.Equal(slot + 1, BinaryPrimitives.ReadUInt64LittleEndian(memory.Bytes[^8..]));
            ulong probe = slot > 20 ? slot - (ulong)random.Next(20) : slot;
            Assert.Equal(slots.Contains(probe), SlotHistory.Contains(memory.Bytes, probe));
        }

        for (ulong probe = slot - 1_048_000; probe <= slot; probe += 7)
            Assert.Equal(slots.Contains(probe), SlotHistory.Contains(memory.Bytes, probe));
        slot += 3_000_000;
        SlotHistory.Add(memory, slot);
        Assert.Equal(1, memory.Bytes[9..^16].ToArray().Sum(value => int.PopCount(value)));
        Assert.True(SlotHistory.Contains(memory.Bytes, slot));
    }

    [Fact]
    public void A_block_of_the_bank_is_in_the_history()
    {
        var bank = new TestBank();
        for (ulong slot = 1; slot < 20; slot++)
        {
            bank.EmptyBlock();
            ReadOnlySpan<byte> history = bank.Account(SysvarIds.SlotHistory).Data.Bytes;
            Assert.True(SlotHistory.Contains(history, slot));
            Assert.False(SlotHistory.Contains(history, slot + 1));
        }
    }

    [Fact]
    public void An_empty_block_writes_four_sysvars()
    {
        var bank = new TestBank();
        bank.OpenBlock();
        Block block = bank.Bank.EndBlock();
        Assert.Equal(
            new[] { SysvarIds.Clock, SysvarIds.RecentBlockhashes, SysvarIds.SlotHashes, SysvarIds.SlotHistory }.Order(),
            block.Changed.Select(account => account.Address).Order());
    }

    [Fact]
    public void Transactions_and_simulations_of_a_block_see_the_same()
    {
        List<(ulong Slot, Hash256 Last, byte[][] Sysvars)> seen = [];
        Address id = TestKeys.Stranger(60);
        Address[] ids =
        [
            SysvarIds.Clock, SysvarIds.Rent, SysvarIds.EpochSchedule, SysvarIds.EpochRewards, SysvarIds.SlotHashes,
            SysvarIds.StakeHistory, SysvarIds.RecentBlockhashes, SysvarIds.LastRestartSlot,
        ];
        var program = new ScriptProgram(id, context =>
        {
            seen.Add((context.Block.Slot, context.Block.LastBlockhash, [.. ids.Select((sysvar, index) =>
            {
                Assert.True(context.Block.Sysvars.TryGet(sysvar, out ReadOnlySpan<byte> data));
                Assert.Equal(data, context.Account(index).Data);
                return data.ToArray();
            })]));
            return InstructionError.None;
        });
        var bank = new TestBank(program);
        using var chain = new SimulatedChain(bank);
        bank.OpenBlock();
        chain.Publish(bank.Bank.EndBlock());
        for (int i = 0; i < 4; i++)
        {
            Hash256 last = bank.Bank.LastHash;
            byte[] transaction = bank.Sign(
                [new Instruction(id, ids.Select(AccountMeta.Readonly).ToArray(), default)], TestBank.Faucet);
            SimulationResult simulated = chain.Simulator.Simulate(transaction, default);
            Assert.False(simulated.Error.IsError, simulated.Error.ToString());
            chain.Send(transaction).Expect();
            Assert.Equal(last, seen[1].Last);
            Assert.Equal(seen[0].Slot, seen[1].Slot);
            Assert.Equal(seen[0].Last, seen[1].Last);
            Assert.Equal(seen[0].Sysvars, seen[1].Sysvars);
            seen.Clear();
        }
    }

    [Fact]
    public void Builtin_programs_and_precompiles_have_their_accounts()
    {
        var bank = new Bank(new Genesis(0, TestKeys.Stranger(1), 1, TestKeys.Stranger(2)), NativePrograms.CreateRegistry());
        (Address Id, string Data)[] expected =
        [
            (ProgramIds.System, "solana_system_program"),
            (ProgramIds.BpfLoader, "solana_bpf_loader_program"),
            (ProgramIds.BpfLoaderUpgradeable, "solana_bpf_loader_upgradeable_program"),
            (ProgramIds.Ed25519Precompile, ""),
            (ProgramIds.Secp256k1Precompile, ""),
            (ProgramIds.Secp256r1Precompile, ""),
        ];
        foreach ((Address id, string data) in expected)
        {
            Account account = bank.Accounts.Find(id)!;
            Assert.True(account.Executable);
            Assert.Equal(1UL, account.Lamports);
            Assert.Equal(ProgramIds.NativeLoader, account.Owner);
            Assert.Equal(System.Text.Encoding.ASCII.GetBytes(data), account.Data.Bytes);
        }
    }

    private static long[] Words(Account account)
    {
        long[] words = new long[account.Data.Length / 8];
        for (int i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadInt64LittleEndian(account.Data.Bytes[(8 * i)..]);
        return words;
    }
}
