using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Velox.Bpf;

/// <summary>The oracle of all tiers, and the first where there is no other: one switch over decoded instructions.</summary>
/// <remarks>Checks the budget before each instruction and every access; registers live in the machine's state.</remarks>
internal static unsafe class Interpreter
{
    /// <summary>Runs from the state's instruction until the program ends, fails, or its units are used up.</summary>
    internal static void Run(VirtualMachine machine, BpfProgram program, VmState* state) =>
        Run(machine, program, state, new PauseAfter(long.MaxValue));

    /// <summary>
    /// Runs at least one instruction, and then until native code can go on; false when the program ended before.
    /// </summary>
    internal static bool RunToEntry(VirtualMachine machine, BpfProgram program, VmState* state, NativeProgram native) =>
        Run(machine, program, state, new PauseAtEntry(native));

    /// <summary>Executes one instruction; false when the program has ended, or no unit is left.</summary>
    internal static bool RunOne(VirtualMachine machine, BpfProgram program, VmState* state) =>
        Run(machine, program, state, new PauseAfter(1));

    /// <returns>Whether it was paused.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Run<TPause>(VirtualMachine machine, BpfProgram program, VmState* state, TPause pause)
        where TPause : struct, IPausePolicy
    {
        fixed (Instruction* code = program.Instructions)
        {
            MemoryMap memory = machine.Memory;
            ulong* r = state->Registers;
            ulong remaining = state->RemainingUnits;
            int frameStep = machine.Frames.AddressStep;
            Instruction* i = code + state->InstructionIndex;
            byte* host;

            while (true)
            {
                if (pause.IsBefore((int)(i - code)))
                {
                    state->RemainingUnits = remaining;
                    state->InstructionIndex = (int)(i - code);
                    return true;
                }

                if (remaining == 0)
                {
                    state->Error = VmError.BudgetExceeded;
                    goto Ended;
                }

                remaining--;
                switch (i->Operation)
                {
                    case Operation.Overrun:
                        state->Error = VmError.ExecutionOverrun;
                        goto Ended;

                    // 64-bit arithmetic.
                    case Operation.Add64Imm: r[i->Destination] = r[i->Destination] + (ulong)i->Immediate; break;
                    case Operation.Add64Reg: r[i->Destination] = r[i->Destination] + r[i->Source]; break;
                    case Operation.Sub64Imm: r[i->Destination] = r[i->Destination] - (ulong)i->Immediate; break;
                    case Operation.Sub64Reg: r[i->Destination] = r[i->Destination] - r[i->Source]; break;
                    case Operation.Mul64Imm: r[i->Destination] = r[i->Destination] * (ulong)i->Immediate; break;
                    case Operation.Mul64Reg: r[i->Destination] = r[i->Destination] * r[i->Source]; break;
                    case Operation.Div64Imm: r[i->Destination] = Arithmetic.Divide(r[i->Destination], (ulong)i->Immediate); break;
                    case Operation.Div64Reg: r[i->Destination] = Arithmetic.Divide(r[i->Destination], r[i->Source]); break;
                    case Operation.Mod64Imm: r[i->Destination] = Arithmetic.Modulo(r[i->Destination], (ulong)i->Immediate); break;
                    case Operation.Mod64Reg: r[i->Destination] = Arithmetic.Modulo(r[i->Destination], r[i->Source]); break;
                    case Operation.SDiv64Imm: r[i->Destination] = Arithmetic.SignedDivide(r[i->Destination], (ulong)i->Immediate); break;
                    case Operation.SDiv64Reg: r[i->Destination] = Arithmetic.SignedDivide(r[i->Destination], r[i->Source]); break;
                    case Operation.SMod64Imm: r[i->Destination] = Arithmetic.SignedModulo(r[i->Destination], (ulong)i->Immediate); break;
                    case Operation.SMod64Reg: r[i->Destination] = Arithmetic.SignedModulo(r[i->Destination], r[i->Source]); break;
                    case Operation.DivOrTrap64Imm:
                        if (i->Immediate == 0)
                            goto DivideByZero;
                        r[i->Destination] = r[i->Destination] / (ulong)i->Immediate;
                        break;
                    case Operation.DivOrTrap64Reg:
                        if (r[i->Source] == 0)
                            goto DivideByZero;
                        r[i->Destination] = r[i->Destination] / r[i->Source];
                        break;
                    case Operation.ModOrTrap64Imm:
                        if (i->Immediate == 0)
                            goto DivideByZero;
                        r[i->Destination] = r[i->Destination] % (ulong)i->Immediate;
                        break;
                    case Operation.ModOrTrap64Reg:
                        if (r[i->Source] == 0)
                            goto DivideByZero;
                        r[i->Destination] = r[i->Destination] % r[i->Source];
                        break;
                    case Operation.SDivOrTrap64Imm:
                        if ((long)i->Immediate == 0)
                            goto DivideByZero;
                        if ((long)i->Immediate == -1 && (long)r[i->Destination] == long.MinValue)
                            goto DivideOverflow;
                        r[i->Destination] = (ulong)((long)r[i->Destination] / (long)i->Immediate);
                        break;
                    case Operation.SDivOrTrap64Reg:
                        if ((long)r[i->Source] == 0)
                            goto DivideByZero;
                        if ((long)r[i->Source] == -1 && (long)r[i->Destination] == long.MinValue)
                            goto DivideOverflow;
                        r[i->Destination] = (ulong)((long)r[i->Destination] / (long)r[i->Source]);
                        break;
                    case Operation.SModOrTrap64Imm:
                        if ((long)i->Immediate == 0)
                            goto DivideByZero;
                        if ((long)i->Immediate == -1 && (long)r[i->Destination] == long.MinValue)
                            goto DivideOverflow;
                        r[i->Destination] = (ulong)((long)r[i->Destination] % (long)i->Immediate);
                        break;
                    case Operation.SModOrTrap64Reg:
                        if ((long)r[i->Source] == 0)
                            goto DivideByZero;
                        if ((long)r[i->Source] == -1 && (long)r[i->Destination] == long.MinValue)
                            goto DivideOverflow;
                        r[i->Destination] = (ulong)((long)r[i->Destination] % (long)r[i->Source]);
                        break;
                    case Operation.MulHigh64Imm: r[i->Destination] = Math.BigMul(r[i->Destination], (ulong)i->Immediate, out _); break;
                    case Operation.MulHigh64Reg: r[i->Destination] = Math.BigMul(r[i->Destination], r[i->Source], out _); break;
                    case Operation.SMulHigh64Imm: r[i->Destination] = (ulong)Math.BigMul((long)r[i->Destination], i->Immediate, out _); break;
                    case Operation.SMulHigh64Reg: r[i->Destination] = (ulong)Math.BigMul((long)r[i->Destination], (long)r[i->Source], out _); break;
                    case Operation.Or64Imm: r[i->Destination] = r[i->Destination] | (ulong)i->Immediate; break;
                    case Operation.Or64Reg: r[i->Destination] = r[i->Destination] | r[i->Source]; break;
                    case Operation.And64Imm: r[i->Destination] = r[i->Destination] & (ulong)i->Immediate; break;
                    case Operation.And64Reg: r[i->Destination] = r[i->Destination] & r[i->Source]; break;
                    case Operation.Xor64Imm: r[i->Destination] = r[i->Destination] ^ (ulong)i->Immediate; break;
                    case Operation.Xor64Reg: r[i->Destination] = r[i->Destination] ^ r[i->Source]; break;
                    case Operation.Lsh64Imm: r[i->Destination] = r[i->Destination] << (int)i->Immediate; break;
                    case Operation.Lsh64Reg: r[i->Destination] = r[i->Destination] << (int)r[i->Source]; break;
                    case Operation.Rsh64Imm: r[i->Destination] = r[i->Destination] >> (int)i->Immediate; break;
                    case Operation.Rsh64Reg: r[i->Destination] = r[i->Destination] >> (int)r[i->Source]; break;
                    case Operation.Arsh64Imm: r[i->Destination] = (ulong)((long)r[i->Destination] >> (int)i->Immediate); break;
                    case Operation.Arsh64Reg: r[i->Destination] = (ulong)((long)r[i->Destination] >> (int)r[i->Source]); break;
                    case Operation.Mov64Imm: r[i->Destination] = (ulong)i->Immediate; break;
                    case Operation.Mov64Reg: r[i->Destination] = r[i->Source]; break;

                    // 32-bit arithmetic.
                    case Operation.Add32Imm: r[i->Destination] = (uint)r[i->Destination] + (uint)i->Immediate; break;
                    case Operation.Add32Reg: r[i->Destination] = (uint)r[i->Destination] + (uint)r[i->Source]; break;
                    case Operation.Sub32Imm: r[i->Destination] = (uint)r[i->Destination] - (uint)i->Immediate; break;
                    case Operation.Sub32Reg: r[i->Destination] = (uint)r[i->Destination] - (uint)r[i->Source]; break;
                    case Operation.Mul32Imm: r[i->Destination] = (uint)r[i->Destination] * (uint)i->Immediate; break;
                    case Operation.Mul32Reg: r[i->Destination] = (uint)r[i->Destination] * (uint)r[i->Source]; break;
                    case Operation.AddSx32Imm: r[i->Destination] = (ulong)(long)(int)((uint)r[i->Destination] + (uint)i->Immediate); break;
                    case Operation.AddSx32Reg: r[i->Destination] = (ulong)(long)(int)((uint)r[i->Destination] + (uint)r[i->Source]); break;
                    case Operation.SubSx32Imm: r[i->Destination] = (ulong)(long)(int)((uint)r[i->Destination] - (uint)i->Immediate); break;
                    case Operation.SubSx32Reg: r[i->Destination] = (ulong)(long)(int)((uint)r[i->Destination] - (uint)r[i->Source]); break;
                    case Operation.MulSx32Imm: r[i->Destination] = (ulong)(long)(int)((uint)r[i->Destination] * (uint)i->Immediate); break;
                    case Operation.MulSx32Reg: r[i->Destination] = (ulong)(long)(int)((uint)r[i->Destination] * (uint)r[i->Source]); break;
                    case Operation.Div32Imm: r[i->Destination] = Arithmetic.Divide((uint)r[i->Destination], (uint)i->Immediate); break;
                    case Operation.Div32Reg: r[i->Destination] = Arithmetic.Divide((uint)r[i->Destination], (uint)r[i->Source]); break;
                    case Operation.Mod32Imm: r[i->Destination] = Arithmetic.Modulo((uint)r[i->Destination], (uint)i->Immediate); break;
                    case Operation.Mod32Reg: r[i->Destination] = Arithmetic.Modulo((uint)r[i->Destination], (uint)r[i->Source]); break;
                    case Operation.SDiv32Imm: r[i->Destination] = Arithmetic.SignedDivide((uint)r[i->Destination], (uint)i->Immediate); break;
                    case Operation.SDiv32Reg: r[i->Destination] = Arithmetic.SignedDivide((uint)r[i->Destination], (uint)r[i->Source]); break;
                    case Operation.SMod32Imm: r[i->Destination] = Arithmetic.SignedModulo((uint)r[i->Destination], (uint)i->Immediate); break;
                    case Operation.SMod32Reg: r[i->Destination] = Arithmetic.SignedModulo((uint)r[i->Destination], (uint)r[i->Source]); break;
                    case Operation.DivOrTrap32Imm:
                        if ((uint)i->Immediate == 0)
                            goto DivideByZero;
                        r[i->Destination] = (uint)r[i->Destination] / (uint)i->Immediate;
                        break;
                    case Operation.DivOrTrap32Reg:
                        if ((uint)r[i->Source] == 0)
                            goto DivideByZero;
                        r[i->Destination] = (uint)r[i->Destination] / (uint)r[i->Source];
                        break;
                    case Operation.ModOrTrap32Imm:
                        if ((uint)i->Immediate == 0)
                            goto DivideByZero;
                        r[i->Destination] = (uint)r[i->Destination] % (uint)i->Immediate;
                        break;
                    case Operation.ModOrTrap32Reg:
                        if ((uint)r[i->Source] == 0)
                            goto DivideByZero;
                        r[i->Destination] = (uint)r[i->Destination] % (uint)r[i->Source];
                        break;
                    case Operation.SDivOrTrap32Imm:
                        if ((int)i->Immediate == 0)
                            goto DivideByZero;
                        if ((int)i->Immediate == -1 && (int)r[i->Destination] == int.MinValue)
                            goto DivideOverflow;
                        r[i->Destination] = (uint)((int)r[i->Destination] / (int)i->Immediate);
                        break;
                    case Operation.SDivOrTrap32Reg:
                        if ((int)r[i->Source] == 0)
                            goto DivideByZero;
                        if ((int)r[i->Source] == -1 && (int)r[i->Destination] == int.MinValue)
                            goto DivideOverflow;
                        r[i->Destination] = (uint)((int)r[i->Destination] / (int)r[i->Source]);
                        break;
                    case Operation.SModOrTrap32Imm:
                        if ((int)i->Immediate == 0)
                            goto DivideByZero;
                        if ((int)i->Immediate == -1 && (int)r[i->Destination] == int.MinValue)
                            goto DivideOverflow;
                        r[i->Destination] = (uint)((int)r[i->Destination] % (int)i->Immediate);
                        break;
                    case Operation.SModOrTrap32Reg:
                        if ((int)r[i->Source] == 0)
                            goto DivideByZero;
                        if ((int)r[i->Source] == -1 && (int)r[i->Destination] == int.MinValue)
                            goto DivideOverflow;
                        r[i->Destination] = (uint)((int)r[i->Destination] % (int)r[i->Source]);
                        break;
                    case Operation.Or32Imm: r[i->Destination] = (uint)r[i->Destination] | (uint)i->Immediate; break;
                    case Operation.Or32Reg: r[i->Destination] = (uint)r[i->Destination] | (uint)r[i->Source]; break;
                    case Operation.And32Imm: r[i->Destination] = (uint)r[i->Destination] & (uint)i->Immediate; break;
                    case Operation.And32Reg: r[i->Destination] = (uint)r[i->Destination] & (uint)r[i->Source]; break;
                    case Operation.Xor32Imm: r[i->Destination] = (uint)r[i->Destination] ^ (uint)i->Immediate; break;
                    case Operation.Xor32Reg: r[i->Destination] = (uint)r[i->Destination] ^ (uint)r[i->Source]; break;
                    case Operation.Lsh32Imm: r[i->Destination] = (uint)r[i->Destination] << (int)i->Immediate; break;
                    case Operation.Lsh32Reg: r[i->Destination] = (uint)r[i->Destination] << (int)r[i->Source]; break;
                    case Operation.Rsh32Imm: r[i->Destination] = (uint)r[i->Destination] >> (int)i->Immediate; break;
                    case Operation.Rsh32Reg: r[i->Destination] = (uint)r[i->Destination] >> (int)r[i->Source]; break;
                    case Operation.Arsh32Imm: r[i->Destination] = (uint)((int)r[i->Destination] >> (int)i->Immediate); break;
                    case Operation.Arsh32Reg: r[i->Destination] = (uint)((int)r[i->Destination] >> (int)r[i->Source]); break;
                    case Operation.Mov32Imm: r[i->Destination] = (uint)i->Immediate; break;
                    case Operation.Mov32Reg: r[i->Destination] = (uint)r[i->Source]; break;

                    // One operand, moves, byte order.
                    case Operation.ReverseSub64Imm: r[i->Destination] = (ulong)i->Immediate - r[i->Destination]; break;
                    case Operation.ReverseSub32Imm: r[i->Destination] = (uint)i->Immediate - (uint)r[i->Destination]; break;
                    case Operation.Neg64: r[i->Destination] = 0 - r[i->Destination]; break;
                    case Operation.Neg32: r[i->Destination] = 0 - (uint)r[i->Destination]; break;
                    case Operation.MovWide: r[i->Destination] = (ulong)i->Immediate; i++; break;
                    case Operation.MovSx8To32: r[i->Destination] = (uint)(sbyte)r[i->Source]; break;
                    case Operation.MovSx16To32: r[i->Destination] = (uint)(short)r[i->Source]; break;
                    case Operation.MovSx8To64: r[i->Destination] = (ulong)(sbyte)r[i->Source]; break;
                    case Operation.MovSx16To64: r[i->Destination] = (ulong)(short)r[i->Source]; break;
                    case Operation.MovSx32To64: r[i->Destination] = (ulong)(int)r[i->Source]; break;
                    case Operation.Truncate16: r[i->Destination] = (ushort)r[i->Destination]; break;
                    case Operation.Truncate32: r[i->Destination] = (uint)r[i->Destination]; break;
                    case Operation.Truncate64: break;
                    case Operation.SwapBytes16: r[i->Destination] = BinaryPrimitives.ReverseEndianness((ushort)r[i->Destination]); break;
                    case Operation.SwapBytes32: r[i->Destination] = BinaryPrimitives.ReverseEndianness((uint)r[i->Destination]); break;
                    case Operation.SwapBytes64: r[i->Destination] = BinaryPrimitives.ReverseEndianness(r[i->Destination]); break;

                    // Memory.
                    case Operation.Load8:
                        host = memory.TranslateAccess(r[i->Source] + (ulong)(long)i->Target, 0, isStore: false);
                        if (host == null)
                            goto LoadFault;
                        r[i->Destination] = *host;
                        break;
                    case Operation.Load16:
                        host = memory.TranslateAccess(r[i->Source] + (ulong)(long)i->Target, 1, isStore: false);
                        if (host == null)
                            goto LoadFault;
                        r[i->Destination] = Unsafe.ReadUnaligned<ushort>(host);
                        break;
                    case Operation.Load32:
                        host = memory.TranslateAccess(r[i->Source] + (ulong)(long)i->Target, 2, isStore: false);
                        if (host == null)
                            goto LoadFault;
                        r[i->Destination] = Unsafe.ReadUnaligned<uint>(host);
                        break;
                    case Operation.Load64:
                        host = memory.TranslateAccess(r[i->Source] + (ulong)(long)i->Target, 3, isStore: false);
                        if (host == null)
                            goto LoadFault;
                        r[i->Destination] = Unsafe.ReadUnaligned<ulong>(host);
                        break;
                    case Operation.LoadSx8:
                        host = memory.TranslateAccess(r[i->Source] + (ulong)(long)i->Target, 0, isStore: false);
                        if (host == null)
                            goto LoadFault;
                        r[i->Destination] = (ulong)(sbyte)*host;
                        break;
                    case Operation.LoadSx16:
                        host = memory.TranslateAccess(r[i->Source] + (ulong)(long)i->Target, 1, isStore: false);
                        if (host == null)
                            goto LoadFault;
                        r[i->Destination] = (ulong)Unsafe.ReadUnaligned<short>(host);
                        break;
                    case Operation.LoadSx32:
                        host = memory.TranslateAccess(r[i->Source] + (ulong)(long)i->Target, 2, isStore: false);
                        if (host == null)
                            goto LoadFault;
                        r[i->Destination] = (ulong)Unsafe.ReadUnaligned<int>(host);
                        break;
                    case Operation.Store8Imm:
                        host = memory.TranslateAccess(r[i->Destination] + (ulong)(long)i->Target, 0, isStore: true);
                        if (host == null)
                            goto StoreFault;
                        *host = (byte)i->Immediate;
                        break;
                    case Operation.Store8Reg:
                        host = memory.TranslateAccess(r[i->Destination] + (ulong)(long)i->Target, 0, isStore: true);
                        if (host == null)
                            goto StoreFault;
                        *host = (byte)r[i->Source];
                        break;
                    case Operation.Store16Imm:
                        host = memory.TranslateAccess(r[i->Destination] + (ulong)(long)i->Target, 1, isStore: true);
                        if (host == null)
                            goto StoreFault;
                        Unsafe.WriteUnaligned(host, (ushort)i->Immediate);
                        break;
                    case Operation.Store16Reg:
                        host = memory.TranslateAccess(r[i->Destination] + (ulong)(long)i->Target, 1, isStore: true);
                        if (host == null)
                            goto StoreFault;
                        Unsafe.WriteUnaligned(host, (ushort)r[i->Source]);
                        break;
                    case Operation.Store32Imm:
                        host = memory.TranslateAccess(r[i->Destination] + (ulong)(long)i->Target, 2, isStore: true);
                        if (host == null)
                            goto StoreFault;
                        Unsafe.WriteUnaligned(host, (uint)i->Immediate);
                        break;
                    case Operation.Store32Reg:
                        host = memory.TranslateAccess(r[i->Destination] + (ulong)(long)i->Target, 2, isStore: true);
                        if (host == null)
                            goto StoreFault;
                        Unsafe.WriteUnaligned(host, (uint)r[i->Source]);
                        break;
                    case Operation.Store64Imm:
                        host = memory.TranslateAccess(r[i->Destination] + (ulong)(long)i->Target, 3, isStore: true);
                        if (host == null)
                            goto StoreFault;
                        Unsafe.WriteUnaligned(host, (ulong)i->Immediate);
                        break;
                    case Operation.Store64Reg:
                        host = memory.TranslateAccess(r[i->Destination] + (ulong)(long)i->Target, 3, isStore: true);
                        if (host == null)
                            goto StoreFault;
                        Unsafe.WriteUnaligned(host, (ulong)r[i->Source]);
                        break;
                    case >= Operation.AtomicAdd32 and <= Operation.CompareExchange64:
                        host = memory.Translate(r[i->Destination] + (ulong)(long)i->Target, (ulong)AccessSize.Of(i->Operation), isStore: true);
                        if (host == null)
                            goto AtomicFault;
                        AtomicAccess.Apply(i, r, host);
                        break;

                    // Jumps.
                    case Operation.Jump:
                        i = code + i->Target;
                        continue;
                    case Operation.JumpEq64Imm: if (r[i->Destination] != (ulong)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpEq64Reg: if (r[i->Destination] != r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpEq32Imm: if ((uint)r[i->Destination] != (uint)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpEq32Reg: if ((uint)r[i->Destination] != (uint)r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpNe64Imm: if (r[i->Destination] == (ulong)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpNe64Reg: if (r[i->Destination] == r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpNe32Imm: if ((uint)r[i->Destination] == (uint)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpNe32Reg: if ((uint)r[i->Destination] == (uint)r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpSet64Imm: if ((r[i->Destination] & (ulong)i->Immediate) == 0) break; i = code + i->Target; continue;
                    case Operation.JumpSet64Reg: if ((r[i->Destination] & r[i->Source]) == 0) break; i = code + i->Target; continue;
                    case Operation.JumpSet32Imm: if (((uint)r[i->Destination] & (uint)i->Immediate) == 0) break; i = code + i->Target; continue;
                    case Operation.JumpSet32Reg: if (((uint)r[i->Destination] & (uint)r[i->Source]) == 0) break; i = code + i->Target; continue;
                    case Operation.JumpGt64Imm: if (r[i->Destination] <= (ulong)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpGt64Reg: if (r[i->Destination] <= r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpGt32Imm: if ((uint)r[i->Destination] <= (uint)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpGt32Reg: if ((uint)r[i->Destination] <= (uint)r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpGe64Imm: if (r[i->Destination] < (ulong)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpGe64Reg: if (r[i->Destination] < r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpGe32Imm: if ((uint)r[i->Destination] < (uint)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpGe32Reg: if ((uint)r[i->Destination] < (uint)r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpLt64Imm: if (r[i->Destination] >= (ulong)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpLt64Reg: if (r[i->Destination] >= r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpLt32Imm: if ((uint)r[i->Destination] >= (uint)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpLt32Reg: if ((uint)r[i->Destination] >= (uint)r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpLe64Imm: if (r[i->Destination] > (ulong)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpLe64Reg: if (r[i->Destination] > r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpLe32Imm: if ((uint)r[i->Destination] > (uint)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpLe32Reg: if ((uint)r[i->Destination] > (uint)r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpSGt64Imm: if ((long)r[i->Destination] <= i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpSGt64Reg: if ((long)r[i->Destination] <= (long)r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpSGt32Imm: if ((int)r[i->Destination] <= (int)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpSGt32Reg: if ((int)r[i->Destination] <= (int)r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpSGe64Imm: if ((long)r[i->Destination] < i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpSGe64Reg: if ((long)r[i->Destination] < (long)r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpSGe32Imm: if ((int)r[i->Destination] < (int)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpSGe32Reg: if ((int)r[i->Destination] < (int)r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpSLt64Imm: if ((long)r[i->Destination] >= i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpSLt64Reg: if ((long)r[i->Destination] >= (long)r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpSLt32Imm: if ((int)r[i->Destination] >= (int)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpSLt32Reg: if ((int)r[i->Destination] >= (int)r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpSLe64Imm: if ((long)r[i->Destination] > i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpSLe64Reg: if ((long)r[i->Destination] > (long)r[i->Source]) break; i = code + i->Target; continue;
                    case Operation.JumpSLe32Imm: if ((int)r[i->Destination] > (int)i->Immediate) break; i = code + i->Target; continue;
                    case Operation.JumpSLe32Reg: if ((int)r[i->Destination] > (int)r[i->Source]) break; i = code + i->Target; continue;

                    // Calls.
                    case Operation.CallHost:
                        state->RemainingUnits = remaining;
                        state->InstructionIndex = (int)(i - code);
                        if (!HostGate.Call(machine, program.HostFunctions[(int)i->Immediate]))
                            return false;
                        remaining = state->RemainingUnits;
                        break;
                    case Operation.CallHostRegister:
                        state->RemainingUnits = remaining;
                        state->InstructionIndex = (int)(i - code);
                        if (!HostGate.CallByKey(machine, program, r[i->Destination]))
                            return false;
                        remaining = state->RemainingUnits;
                        break;
                    case Operation.Added:
                        state->RemainingUnits = remaining;
                        state->InstructionIndex = (int)(i - code);
                        if (!HostGate.RunAdded(machine, i))
                            return false;
                        remaining = state->RemainingUnits;
                        break;
                    case Operation.CallLocal:
                        if (!Enter(state, i - code, frameStep))
                            goto Ended;
                        i = code + i->Target;
                        continue;
                    case Operation.CallRegister:
                        {
                            ulong target = (r[i->Destination] - program.Image.TextAddress) / InstructionWord.Bytes;
                            if (!Enter(state, i - code, frameStep))
                                goto Ended;
                            if (target >= (ulong)program.Count)
                            {
                                state->Error = VmError.CallOutsideText;
                                goto Ended;
                            }

                            i = code + target;
                            continue;
                        }

                    case Operation.Exit:
                        if (state->CallDepth == 0)
                            goto Ended;
                        i = code + Leave(state);
                        continue;
                    default:
                        state->Error = VmError.UnsupportedInstruction;
                        goto Ended;
                }

                i++;
            }

        DivideByZero:
            state->Error = VmError.DivideByZero;
            goto Ended;
        DivideOverflow:
            state->Error = VmError.DivideOverflow;
            goto Ended;
        LoadFault:
            state->Fault(r[i->Source] + (ulong)(long)i->Target, (ulong)AccessSize.Of(i->Operation), isStore: false);
            goto Ended;
        StoreFault:
            state->Fault(r[i->Destination] + (ulong)(long)i->Target, (ulong)AccessSize.Of(i->Operation), isStore: true);
            goto Ended;
        AtomicFault:
            state->Fault(r[i->Destination] + (ulong)(long)i->Target, (ulong)AccessSize.Of(i->Operation), isStore: true);
        Ended:
            state->RemainingUnits = remaining;
            state->InstructionIndex = (int)(i - code);
            return false;
        }
    }

    /// <summary>Suspends the caller. The call that reaches the depth limit fails, after it was counted (consensus).</summary>
    private static bool Enter(VmState* state, long index, int frameStep)
    {
        CallFrame* frame = state->Frames + state->CallDepth;
        for (int k = 0; k < 5; k++)
            frame->Saved[k] = state->Registers[6 + k];
        frame->ReturnIndex = index + 1;
        state->CallDepth++;
        if (state->CallDepth == state->MaxCallDepth)
        {
            state->Error = VmError.CallDepthExceeded;
            return false;
        }

        state->Registers[10] += (ulong)(long)frameStep;
        return true;
    }

    private static long Leave(VmState* state)
    {
        state->CallDepth--;
        CallFrame* frame = state->Frames + state->CallDepth;
        for (int k = 0; k < 5; k++)
            state->Registers[6 + k] = frame->Saved[k];
        return frame->ReturnIndex;
    }
}
