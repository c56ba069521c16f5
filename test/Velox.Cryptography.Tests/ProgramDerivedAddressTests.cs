using System.Text;
using Velox.Primitives;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class ProgramDerivedAddressTests
{
    private static readonly Address Program = Address.Parse("BPFLoaderUpgradeab1e11111111111111111111111");

    /// <summary>The addresses that the test of solana-sdk's create_program_address expects.</summary>
    [Fact]
    public void Published_addresses_are_derived()
    {
        byte[] key = Address.Parse("SeedPubey1111111111111111111111111111111111").Span.ToArray();
        AssertCreates("BwqrghZA2htAcqq8dzP1WDAhTXYTYWj7CHxF5j7TDBAe", [[], [1]]);
        AssertCreates("13yWmRpaTR4r5nAktwLqMpRNr28tnVUZw26rTvPSSB19", [Encoding.UTF8.GetBytes("\u2609"), [0]]);
        AssertCreates("2fnQrngrQT4SeLcdToJAD96phoEjNL2man2kfRLCASVk", ["Talking"u8.ToArray(), "Squirrels"u8.ToArray()]);
        AssertCreates("976ymqVnfE32QFe6NfGDctSvVa36LWnvYxhU6G2232YL", [key, [1]]);
    }

    [Fact]
    public void Find_takes_the_highest_bump_that_leaves_the_curve()
    {
        int skipped = 0;
        for (int i = 0; i < 50; i++)
        {
            byte[] seed = [(byte)i];
            Address found = ProgramDerivedAddress.Find([seed], Program, out byte bump);
            Assert.False(Ed25519.IsOnCurve(found.Span));
            Assert.True(ProgramDerivedAddress.TryCreate([seed, [bump]], Program, out Address created));
            Assert.Equal(created, found);
            for (int higher = bump + 1; higher <= byte.MaxValue; higher++, skipped++)
                Assert.False(ProgramDerivedAddress.TryCreate([seed, [(byte)higher]], Program, out _));
        }

        Assert.InRange(skipped, 10, 200);
    }

    [Fact]
    public void Seed_limits_are_sixteen_of_thirty_two_bytes_and_the_bump_counts()
    {
        byte[][] fifteen = [.. Enumerable.Repeat(new byte[32], 15)];
        byte[][] sixteen = [.. fifteen, []];
        ProgramDerivedAddress.Find(fifteen, Program, out byte bump);
        Assert.True(ProgramDerivedAddress.TryCreate([.. fifteen, [bump]], Program, out _));
        Assert.Throws<ArgumentException>("seeds", () => ProgramDerivedAddress.Find(sixteen, Program, out _));
        Assert.Throws<ArgumentException>("seeds", () => ProgramDerivedAddress.Find([new byte[33]], Program, out _));
        Assert.False(ProgramDerivedAddress.TryCreate([.. fifteen, [bump], []], Program, out Address address));
        Assert.Equal(default, address);
        Assert.False(ProgramDerivedAddress.TryCreate([new byte[33]], Program, out _));

        AddressSeeds full = default;
        for (int i = 0; i < AddressSeeds.MaxCount; i++)
            Assert.True(full.TryAdd(new byte[32]));
        Assert.False(full.TryAdd([]));
        Assert.Equal(AddressSeeds.MaxCount, full.Count);
        Assert.False(ProgramDerivedAddress.TryFind(full, Program, out address, out bump));
        Assert.Equal((default, (byte)0), (address, bump));
    }

    [Fact]
    public void Finding_an_address_allocates_nothing()
    {
        AddressSeeds seeds = default;
        seeds.TryAdd("market"u8);
        ProgramDerivedAddress.TryFind(seeds, Program, out _, out _); // warm-up
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool found = ProgramDerivedAddress.TryFind(seeds, Program, out _, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(found);
    }

    /// <summary>The address that the test of Solana's JavaScript kit expects.</summary>
    [Fact]
    public void A_published_address_with_seed_is_derived()
    {
        Address baseAddress = Address.Parse("Bh1uUDP3ApWLeccVNHwyQKpnfGQbuE2UECbGA6M4jiZJ");
        Address owner = Address.Parse("FGrddpvjBUAG6VdV4fR8Q2hEZTHS6w4SEveVBgfwbfdm");
        Assert.Equal(
            "HUKxCeXY6gZohFJFARbLE6L6C9wDEHz1SfK8ENM7QY7z",
            ProgramDerivedAddress.CreateWithSeed(baseAddress, "seed", owner).ToString());
    }

    [Fact]
    public void A_long_seed_or_an_owner_that_ends_in_the_marker_is_refused()
    {
        ProgramDerivedAddress.CreateWithSeed(Program, new string('a', 32), Program);
        Assert.Throws<ArgumentException>(
            "seed", () => ProgramDerivedAddress.CreateWithSeed(Program, new string('a', 33), Program));
        var marked = new Address([.. new byte[11], .. "ProgramDerivedAddress"u8]);
        Assert.False(ProgramDerivedAddress.TryCreateWithSeed(Program, "a"u8, marked, out _));
    }

    private static void AssertCreates(string expected, byte[][] seeds)
    {
        Assert.True(ProgramDerivedAddress.TryCreate(seeds, Program, out Address address));
        Assert.Equal(expected, address.ToString());
    }
}
