using Velox.Bpf;
using Velox.OrderBook;

namespace Velox.BookVm.Tests;

/// <summary>Instructions that look: prices, depth, memory that is mapped, and what may not be touched.</summary>
public class LookInstructionTests
{
    public static TheoryData<Tier> Tiers => Rig.Tiers;

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Best_prices_of_every_shard_are_there_and_unknown_shards_have_none(Tier tier)
    {
        using var rig = new Rig(tier, """
            bestbid r6
            bestask r7
            mov64 r1, 1
            bestbidof r8, r1
            bestaskof r1, r1
            mov64 r9, r1
            lddw r2, 0xffffffffffffffff
            bestbidof r3, r2
            mov64 r2, 2
            bestaskof r4, r2
            mov64 r0, r3
            or64 r0, r4
            exit
            """);
        Rig.Place(rig.Book[0], 0, Side.Bid, 10, 1);
        Rig.Place(rig.Book[0], 0, Side.Ask, 20, 1);
        Rig.Place(rig.Book[1], 0, Side.Bid, 11, 1);
        Rig.Place(rig.Book[1], 0, Side.Ask, 21, 1);
        Assert.Equal(0ul, rig.Run());
        Assert.Equal([10ul, 20, 11, 21], rig.Machine.RegistersOf()[6..10]);
        Assert.Equal((11ul, 20ul), (rig.Machine.BestBid, rig.Machine.BestAsk));
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Depth_is_found_by_price(Tier tier)
    {
        using var rig = new Rig(tier, """
            mov64 r6, 0
            mov64 r1, 10
            depthat r6, r1
            mov64 r7, 1
            depthat r7, r1
            mov64 r8, 1
            mov64 r1, 20
            depthat r8, r1
            mov64 r9, 2
            depthat r9, r1
            exit
            """);
        Rig.Place(rig.Book[0], 0, Side.Bid, 10, 3);
        Rig.Place(rig.Book[0], 1, Side.Bid, 10, 4);
        Rig.Place(rig.Book[0], 0, Side.Ask, 20, 5);
        rig.Run();
        Assert.Equal([7ul, 0, 5, 0], rig.Machine.RegistersOf()[6..10]);
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Levels_are_read_best_first(Tier tier)
    {
        using var rig = new Rig(tier, """
            mov64 r1, 0
            mov64 r2, r10
            add64 r2, -64
            mov64 r3, 3
            mov64 r4, r10
            add64 r4, -128
            readlevels r0
            ldxdw r6, [r10-64]
            ldxdw r7, [r10-56]
            ldxdw r8, [r10-128]
            ldxdw r9, [r10-120]
            exit
            """);
        Rig.Place(rig.Book[0], 0, Side.Bid, 10, 3);
        Rig.Place(rig.Book[0], 1, Side.Bid, 12, 4);
        Assert.Equal(2ul, rig.Run());
        Assert.Equal([12ul, 10, 4, 3], rig.Machine.RegistersOf()[6..10]);
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void The_view_and_the_slab_are_in_the_programs_memory(Tier tier)
    {
        using var rig = new Rig(tier, $"""
            {Rig.Arguments(0, 0, 100, 7, 1)}
            placeorder r0
            lddw r1, 0x{BookVirtualMachine.ViewAddress:x}
            ldxdw r7, [r1+64]
            ldxw r8, [r1+4]
            lddw r1, 0x{BookVirtualMachine.SlabAddress:x}
            ldxdw r9, [r1+0]
            ldxdw r6, [r1+200]
            exit
            """, shards: 3);
        rig.Run();
        ulong[] registers = rig.Machine.RegistersOf();
        Assert.Equal((100ul, 3ul, MarketLayout.Magic), (registers[6], registers[8], registers[9]));
        Assert.True(rig.Market.TryGetOrder(registers[7], out _));
    }

    [Theory]
    [InlineData(Tier.Interpreter, BookVirtualMachine.SlabAddress)]
    [InlineData(Tier.Native, BookVirtualMachine.SlabAddress)]
    [InlineData(Tier.Interpreter, BookVirtualMachine.ViewAddress)]
    [InlineData(Tier.Native, BookVirtualMachine.ViewAddress)]
    [InlineData(Tier.Native, MemoryMap.InputAddress)]
    public void What_is_read_only_faults_for_stores_and_instructions_that_write(Tier tier, ulong address)
    {
        string[] writes =
        [
            $"lddw r1, 0x{address:x}\nstxdw [r1+8], r2\nexit",
            $"{Rig.Arguments(address)}\nreceiveshard r0\nexit",
            $"{Rig.Arguments(0, address, 4, 0)}\nreadlevels r0\nexit",
            $"{Rig.Arguments(BookVirtualMachine.SlabAddress + 512, 64, 5, address)}\npricecheckle r0\nexit",
            $"{Rig.Arguments(BookVirtualMachine.SlabAddress + 512, 3, 5, address)}\npricecheckge r0\nexit",
            $"{Rig.Arguments(MemoryMap.StackAddress, 1, address)}\nbulkupdate r0\nexit",
        ];
        foreach (string text in writes)
        {
            using var rig = new Rig(tier, text);
            byte[] before = rig.Book[0].Slab.ToArray();
            ExecutionResult result = rig.Machine.Run().Execution;
            Assert.Equal((VmError.AccessViolation, true), (result.Error, result.IsStore));
            Assert.Equal(before, rig.Book[0].Slab.ToArray());
        }
    }

    [Fact]
    public void They_are_refused_outside_of_a_book_machine_and_touch_nothing()
    {
        foreach (AddedInstruction instruction in BookInstructions.All.Where(each => each.Form == OperandForm.Unary))
        {
            BpfProgram program = BookVirtualMachine.Assemble($"mov64 r3, 8\nmov64 r4, r10\nadd64 r4, -32\n{instruction.Mnemonic} r0\nexit");
            program.TryCompile();
            using var machine = new VirtualMachine();
            machine.Load(program);
            ExecutionResult result = machine.Run(10_000);
            bool needsNoBook = instruction.Mnemonic is "pricecheckle" or "pricecheckge";
            Assert.True(needsNoBook || result.Error != VmError.None, instruction.Mnemonic);
        }
    }

    [Fact]
    public void Text_becomes_bytes_and_the_same_text_again()
    {
        string text = string.Join('\n', BookInstructions.All.Select(each => each.Form switch
        {
            OperandForm.Unary => $"{each.Mnemonic} r3",
            OperandForm.Register => $"{each.Mnemonic} r3, r4",
            _ => $"{each.Mnemonic} r3, 5",
        })) + "\nexit";
        ProgramImage image = Assembler.Assemble(text, BookInstructions.Ebpf);
        string again = Disassembler.ToText(image);
        foreach (AddedInstruction each in BookInstructions.All)
            Assert.Contains(each.Mnemonic + " r3", again);
        Assert.Equal(image.Text.ToArray(), Assembler.Assemble(again, BookInstructions.Ebpf).Text.ToArray());
    }

    [Theory]
    [InlineData("bookresult r1, 6\nexit", VerifierRule.AddedInstruction)]
    [InlineData("bookresult r1, -1\nexit", VerifierRule.AddedInstruction)]
    [InlineData("bestbid r10\nexit", VerifierRule.FramePointerReadOnly)]
    [InlineData("bestbid r1 {src=2}\nexit", VerifierRule.UnusedFieldNotZero)]
    public void The_verifier_asks_their_rules(string text, VerifierRule rule)
    {
        ProgramImage image = Assembler.Assemble(text, BookInstructions.Ebpf);
        Assert.Equal(rule, Verifier.Check(image.Dialect, image.Text.Span)?.Rule);
    }

    [Fact]
    public void They_stand_in_every_dialect_and_unknown_keys_are_refused()
    {
        foreach (Dialect dialect in Dialect.All)
        {
            Dialect book = BookInstructions.AddTo(dialect);
            Assert.Equal(dialect.Name + "-book", book.Name);
            Assert.Null(book.Find(new InstructionWord(0xe7, 0, 0, 0, 99)));
            Assert.Equal("placeorder", book.Find(new InstructionWord(0xe7, 0, 0, 0, 1))?.Mnemonic);
        }
    }
}
