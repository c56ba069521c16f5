using System.Runtime.CompilerServices;

namespace Velox.Bpf;

/// <summary>What compilers for all processors have in common: goes through a program and has its code written.</summary>
/// <remarks>
/// <para>The code never decides how a program fails. Whatever is not the good path (a budget that does not cover a block, an
/// access outside the regions, a division by zero) stores the registers as they are before that instruction, gives back the
/// units of what was not executed, and leaves; the interpreter goes on from there and finds the exact error.</para>
/// <para>What is seldom executed stands out of line, behind the program.</para>
/// </remarks>
/// <typeparam name="TBackend">The processor's part.</typeparam>
internal static class CompilerFront<TBackend>
    where TBackend : struct, IBackend, allows ref struct
{
    /// <summary>Writes the program and its out-of-line parts; false when the buffer is too small.</summary>
    internal static bool TryEmit(ref TBackend backend) => TryEmitProgram(ref backend) && TryEmitColdParts(ref backend);

    /// <summary>Makes jumps and calls lead to the code of their instructions.</summary>
    internal static void PatchJumps(ref TBackend backend)
    {
        NativeScratch scratch = backend.State.Scratch;
        foreach ((int at, int index) in scratch.Jumps)
            backend.Patch(at, scratch.Offsets[index]);
        foreach ((int at, int target) in scratch.BodyCalls)
            backend.Patch(at, scratch.Bodies[target]);
    }

    private static bool HasRoom(ref TBackend backend) => backend.Position <= backend.State.Limit;

    private static bool TryEmitProgram(ref TBackend backend)
    {
        ref CompilerState state = ref backend.State;
        Instruction[] code = state.Program.Instructions;
        state.Guess.EnterFunction();
        int rest = 0;
        for (state.Index = 0; state.Index < code.Length; state.Index++)
        {
            if (!HasRoom(ref backend))
                return false;
            ref readonly Instruction instruction = ref code[state.Index];
            if (state.Flow.IsFunction(state.Index))
                state.Guess.EnterFunction();
            if (state.Flow.IsHead(state.Index))
            {
                EmitHead(ref backend);
                rest = state.Flow.Charge(state.Index);
            }

            rest--;
            state.UnitsAfter = rest;
            Emit(ref backend, in instruction);
            state.Guess.Follow(in instruction);
            if (instruction.Operation == Operation.MovWide)
                state.Index++;
        }

        return true;
    }

    /// <summary>The start of a chain of blocks: takes the units of all its instructions at once.</summary>
    private static void EmitHead(ref TBackend backend)
    {
        ref CompilerState state = ref backend.State;
        int index = state.Index;
        if (state.Flow.IsLoopHead(index))
            backend.AlignLoop();
        state.GroupBase = CompilerState.NoGroup;
        state.Scratch.Offsets[index] = backend.Position;
        int units = state.Flow.Charge(index);
        state.AddLeave(backend.TakeUnits(units, isInLine: true), units);
        state.Scratch.Bodies[index] = backend.Position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // into the loop, its only caller: 8 % of the time to compile
    private static void Emit(ref TBackend backend, in Instruction instruction)
    {
        switch (instruction.Operation)
        {
            case <= Operation.Overrun:
                Leave(ref backend);
                break;
            case < Operation.Load8:
                EmitArithmetic(ref backend, in instruction);
                break;
            case <= Operation.Store64Reg:
                EmitAccess(ref backend, in instruction);
                break;
            case <= Operation.CompareExchange64:
                backend.State.GroupBase = CompilerState.NoGroup;
                backend.EmitAtomic();
                break;
            case Operation.Jump:
                backend.EmitJump(instruction.Target);
                break;
            case <= Operation.JumpSLe32Reg:
                backend.EmitConditionalJump(in instruction, in JumpCondition.Of(instruction.Operation));
                break;
            case Operation.CallHost:
                backend.EmitHostCall((int)instruction.Immediate);
                break;
            case Operation.CallLocal:
                EmitLocalCall(ref backend, instruction.Target);
                break;
            case Operation.CallRegister:
                backend.EmitCallRegister(in instruction);
                break;
            case Operation.Added:
                EmitAdded(ref backend, in instruction);
                break;
            case Operation.Exit:
                backend.EmitReturn();
                break;
            default:
                Leave(ref backend);
                break;
        }
    }

    private static void Leave(ref TBackend backend) => backend.Leave(backend.State.Index, backend.State.UnitsAfter + 1);

    private static void EmitArithmetic(ref TBackend backend, in Instruction instruction)
    {
        ref readonly ArithmeticMeaning arithmetic = ref ArithmeticMeaning.Of(instruction.Operation);
        backend.EmitArithmetic(in instruction, in arithmetic);
        if (arithmetic.ExtendsResult)
            backend.ExtendSign(instruction.Destination);
    }

    private static void EmitAccess(ref TBackend backend, in Instruction instruction)
    {
        ref CompilerState state = ref backend.State;
        bool isStore = instruction.Operation >= Operation.Store8Imm;
        int baseRegister = isStore ? instruction.Destination : instruction.Source;
        int bytes = AccessSize.Of(instruction.Operation);
        if (baseRegister == CompilerState.FramePointer && AccessSpan.IsInFrame(instruction.Target, bytes, state.FrameBytes))
        {
            backend.EmitFrameAccess(in instruction, bytes);
        }
        else if (baseRegister == state.GroupBase && state.Index <= state.GroupEnd)
        {
            backend.EmitGroupAccess(in instruction, bytes);
        }
        else
        {
            AccessSpan span = AccessSpan.Find(in state, baseRegister, TBackend.DivisionEndsGroup);
            backend.EmitCheck(in span, baseRegister);
            if (span.IsGroup)
            {
                (state.GroupBase, state.GroupEnd, state.GroupLow) = (baseRegister, span.Last, span.Low);
                backend.EmitGroupAccess(in instruction, bytes);
            }
            else
            {
                backend.EmitLoneAccess(in instruction, bytes);
            }
        }

        if (!isStore && instruction.Destination == state.GroupBase)
            state.GroupBase = CompilerState.NoGroup;
    }

    private static void EmitLocalCall(ref TBackend backend, int target)
    {
        ref CompilerState state = ref backend.State;
        if (FlowAnalysis.IsSecondSlot(state.Program.Instructions, target))
            Leave(ref backend); // nothing is emitted there; the interpreter calls it and fails
        else
            backend.EmitLocalCall(target, state.Flow.SavedRegisters(target));
    }

    /// <summary>An instruction that another room has added: its own code, or a call of its function.</summary>
    private static void EmitAdded(ref TBackend backend, in Instruction instruction)
    {
        ref CompilerState state = ref backend.State;
        state.GroupBase = CompilerState.NoGroup;
        AddedInstruction added = state.Program.Added[(int)(instruction.Immediate >> 32)];
        bool usesFrame = instruction.Destination == CompilerState.FramePointer || instruction.Source == CompilerState.FramePointer;
        if (added.Emitter is null || added.PriceUnits > int.MaxValue || usesFrame || !added.Emitter.Supports(backend.Architecture))
        {
            backend.RunAddedOutside(state.Index);
            return;
        }

        int price = (int)added.PriceUnits;
        int first = state.Scratch.FallBacks.Count;
        state.AddedStart = backend.Position;
        if (price > 0)
            state.AddFallBack(backend.JumpIfUnitsBelow(price));
        added.Emitter.Emit(ref backend, InstructionWord.Read(state.Program.Image.Text.Span, state.Index));
        if (price > 0)
            backend.AddUnits(-price);
        List<ColdFallBack> fallBacks = state.Scratch.FallBacks;
        for (int i = first; i < fallBacks.Count; i++)
            fallBacks[i] = fallBacks[i] with { Back = backend.Position };
    }

    private static bool TryEmitColdParts(ref TBackend backend)
    {
        NativeScratch scratch = backend.State.Scratch;
        foreach (ColdAccess access in scratch.Accesses)
        {
            if (!HasRoom(ref backend))
                return false;
            backend.EmitColdAccess(in access);
        }

        foreach (ColdCall call in scratch.Calls)
        {
            if (!HasRoom(ref backend))
                return false;
            backend.EmitColdCall(in call);
        }

        if (!TryEmitFallBacks(ref backend, scratch.FallBacks))
            return false;
        foreach (ChainExit exit in scratch.Exits)
        {
            if (!HasRoom(ref backend))
                return false;
            EmitChainExit(ref backend, in exit);
        }

        foreach (ColdLeave leave in scratch.Leaves)
        {
            if (!HasRoom(ref backend))
                return false;
            backend.Patch(leave.At, backend.Position);
            backend.Leave(leave.Index, leave.Units);
        }

        return true;
    }

    /// <summary>The calls that added instructions fall back to: one for all the jumps of an instruction.</summary>
    private static bool TryEmitFallBacks(ref TBackend backend, List<ColdFallBack> fallBacks)
    {
        for (int i = 0; i < fallBacks.Count; i++)
        {
            if (!HasRoom(ref backend))
                return false;
            ColdFallBack fallBack = fallBacks[i];
            backend.Patch(fallBack.At, backend.Position);
            if (i + 1 < fallBacks.Count && fallBacks[i + 1].Index == fallBack.Index)
                continue;
            backend.RunAddedOutside(fallBack.Index);
            backend.JumpTo(fallBack.Back);
        }

        return true;
    }

    /// <summary>A jump out of a chain: settles what was paid in advance with what the target costs, past its own payment.</summary>
    private static void EmitChainExit(ref TBackend backend, in ChainExit exit)
    {
        ref CompilerState state = ref backend.State;
        backend.Patch(exit.At, backend.Position);
        int charge = state.Flow.Charge(exit.Target);
        int due = charge - exit.Refund;
        if (due > 0)
            state.Scratch.Leaves.Add(new ColdLeave(backend.TakeUnits(due, isInLine: false), exit.Target, charge));
        else if (due < 0)
            backend.AddUnits(-due);
        backend.JumpTo(state.Scratch.Bodies[exit.Target]);
    }
}
