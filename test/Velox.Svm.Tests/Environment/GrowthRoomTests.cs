using System.Buffers.Binary;
using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>
/// Behind each account's data a program finds zeros, whatever it or another one wrote there before, and however accounts lay then.
/// </summary>
public sealed class GrowthRoomTests(ITestOutputHelper output)
{
    private const int GrowthBytes = 10 * 1024;

    /// <summary>Returns 1 unless all rooms are zero; then writes a byte at each offset in the input that the instruction's data has.</summary>
    private const string Text = """
            mov64 r6, r1
            ldxdw r7, [r6+0]
            mov64 r8, r6
            add64 r8, 8
        account:
            ldxdw r2, [r8+80]
            mov64 r3, r8
            add64 r3, 88
            add64 r3, r2
        padding:
            mov64 r4, r3
            and64 r4, 7
            jeq r4, 0, aligned
            ldxb r4, [r3+0]
            jne r4, 0, bad
            add64 r3, 1
            ja padding
        aligned:
            mov64 r5, 1280
        word:
            ldxdw r4, [r3+0]
            jne r4, 0, bad
            add64 r3, 8
            sub64 r5, 1
            jne r5, 0, word
            add64 r3, 8
            mov64 r8, r3
            sub64 r7, 1
            jne r7, 0, account
            ldxdw r7, [r8+0]
            rsh64 r7, 3
            add64 r8, 8
        write:
            jeq r7, 0, done
            ldxdw r4, [r8+0]
            add64 r4, r6
            mov64 r5, 119
            stxb [r4+0], r5
            add64 r8, 8
            sub64 r7, 1
            ja write
        done:
            mov64 r0, 0
            exit
        bad:
            mov64 r0, 1
            exit
        """;

    private static readonly Address ProgramId = TestKeys.Stranger(7_900);
    private static readonly int[] Lengths = [0, 1, 8, 13, 165, 165, 300, 5_000];

    [Fact]
    public void Rooms_are_zero_in_every_run()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var environment = new SvmEnvironment();
        environment.AddProgram(ProgramId, TestElf.Of(Text));
        for (int i = 0; i < Lengths.Length; i++)
            environment.SetAccount(AccountOf(i), new SvmAccount(Rent.MinimumBalance(Lengths[i]), ProgramId, new byte[Lengths[i]]));
        var payer = TestKeys.Pair(7_901);
        environment.Airdrop(payer.PublicKey, 1_000_000_000_000);
        for (int round = 0; round < 1_500; round++)
        {
            int[] accounts = [.. Enumerable.Range(0, Lengths.Length).OrderBy(_ => random.Next()).Take(random.Next(1, 5))];
            SvmResult result = environment.Send(Create(accounts, random), payer);
            Assert.True(result.IsSuccess, $"seed {seed}, round {round}: {result}");
            environment.ExpireBlockhash();
        }
    }

    private static Instruction Create(int[] accounts, Random random)
    {
        List<byte> data = [];
        int start = 8;
        foreach (int account in accounts)
        {
            int length = Lengths[account];
            int room = GrowthBytes + (-length & 7);
            for (int i = random.Next(3) == 0 ? random.Next(4) : 0; i > 0; i--)
                AddOffset(data, start + 88 + length + random.Next(room));
            for (int i = length > 0 ? random.Next(4) * random.Next(3) : 0; i > 0; i--)
                AddOffset(data, start + 88 + random.Next(length));
            start += 88 + length + room + 8;
        }

        return new Instruction(ProgramId, (AccountMeta[])[.. accounts.Select(account => AccountMeta.Writable(AccountOf(account)))], data.ToArray());
    }

    private static void AddOffset(List<byte> data, int offset)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)offset);
        data.AddRange(bytes);
    }

    private static Address AccountOf(int index) => TestKeys.Stranger(7_910 + index);
}
