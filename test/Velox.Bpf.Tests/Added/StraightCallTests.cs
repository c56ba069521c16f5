using System.Runtime.InteropServices;

namespace Velox.Bpf.Tests;

/// <summary>Functions that the code of added instructions calls itself: <see cref="INativeCode.Call"/>.</summary>
public unsafe class StraightCallTests
{
    private const int FunctionWord = 2, ArgumentWord = 5;

    /// <summary>dst = a mix of r1 to r5 and a word; the native code leaves results with the highest bit to the function.</summary>
    private static readonly AddedInstruction Mix = new(0xf7, "mix", OperandForm.Unary, (call, _) => MixOf(
        call.Argument1, call.Argument2, call.Argument3, call.Argument4, call.Argument5, call.Machine.HostWords[ArgumentWord]))
    {
        PriceUnits = 3,
        Emitter = new MixEmitter(),
    };

    private static readonly Dialect Ebpf = Dialect.Ebpf.With("ebpf-mix", Mix);

    public static TheoryData<Tier> Tiers => [.. Enum.GetValues<Tier>()];

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Arguments_arrive_the_result_comes_back_and_all_other_registers_stay(Tier tier)
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int number = 0; number < 40; number++)
        {
            var text = new System.Text.StringBuilder();
            for (int register = 0; register < 10; register++)
                text.AppendLine($"lddw r{register}, 0x{random.NextInt64():x}");
            text.AppendLine($"mix r{random.Next(10)}\ncall inner\nmix r{random.Next(10)}\nexit\ninner:\nmix r{random.Next(10)}\nmix r{random.Next(6)}\nexit");
            ulong units = random.Next(3) == 0 ? (ulong)random.Next(30) : 1000;
            ulong word = (ulong)random.NextInt64();
            (ExecutionResult expected, ulong[] registers) = Run(Tier.Interpreter, text.ToString(), word, units);
            (ExecutionResult actual, ulong[] actualRegisters) = Run(tier, text.ToString(), word, units);
            Assert.True(expected == actual, $"seed {seed}, program {number}: {expected} but {actual}");
            Assert.True(registers.SequenceEqual(actualRegisters), $"seed {seed}, program {number}");
        }
    }

    private static (ExecutionResult Result, ulong[] Registers) Run(Tier tier, string text, ulong word, ulong units)
    {
        BpfProgram program = BpfProgram.Create(Assembler.Assemble(text, Ebpf));
        tier.Prepare(program);
        using var machine = new VirtualMachine();
        machine.Load(program);
        machine.HostWords[FunctionWord] = (ulong)(delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, ulong, ulong>)&MixStraight;
        machine.HostWords[ArgumentWord] = word;
        return (machine.Run(units), machine.Registers.ToArray());
    }

    private static ulong MixOf(ulong first, ulong second, ulong third, ulong fourth, ulong fifth, ulong word) =>
        first + (3 * second) + (5 * third) + (7 * fourth) + (11 * fifth) + (13 * word);

    [UnmanagedCallersOnly]
    private static ulong MixStraight(ulong first, ulong second, ulong third, ulong fourth, ulong fifth, ulong word) =>
        MixOf(first, second, third, fourth, fifth, word);

    private sealed class MixEmitter : AddedEmitter
    {
        public override bool Supports(NativeArchitecture architecture) => architecture == NativeArchitecture.X64;

        public override void Emit<TCode>(ref TCode code, InstructionWord instruction)
        {
            code.Call(FunctionWord, ArgumentWord);
            code.Constant(NativeRegister.Free1, 0);
            code.FallBackIf(NativeCondition.Less, NativeRegister.Free0, NativeRegister.Free1);
            code.Move((NativeRegister)instruction.Destination, NativeRegister.Free0);
        }
    }
}
