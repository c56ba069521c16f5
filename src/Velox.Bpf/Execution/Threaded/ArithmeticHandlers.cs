using System.Runtime.CompilerServices;

namespace Velox.Bpf.Threaded;

/// <summary>The right operand.</summary>
internal unsafe interface IOperand
{
    static abstract ulong Of(ThreadedInstruction* i, VmState* state);
}

internal unsafe struct Immediate : IOperand
{
    public static ulong Of(ThreadedInstruction* i, VmState* state) => (ulong)i->Immediate;
}

internal unsafe struct Source : IOperand
{
    public static ulong Of(ThreadedInstruction* i, VmState* state) => *state->Register(i->Source);
}

/// <summary>Arithmetic that cannot fail.</summary>
internal unsafe struct Compute<TArithmetic, TOperand> : IHandler
    where TArithmetic : struct, IArithmetic
    where TOperand : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        ulong* destination = state->Register(i->Destination);
        *destination = TArithmetic.Apply(*destination, TOperand.Of(i, state));
        i++;
        return i->Handler(i, state, units, machine);
    }
}

/// <summary>Division that stops the program where it has no result.</summary>
internal unsafe struct ComputeOrTrap<TDivision, TOperand> : IHandler
    where TDivision : struct, IDivision
    where TOperand : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        ulong* destination = state->Register(i->Destination);
        ulong divisor = TOperand.Of(i, state);
        if (TDivision.Traps(*destination, divisor))
            return Leave.Rare(i, state, units, machine);
        *destination = TDivision.Apply(*destination, divisor);
        i++;
        return i->Handler(i, state, units, machine);
    }
}

/// <summary>What does not depend on the destination's old value: not even reads it.</summary>
internal unsafe struct Move<TConversion, TOperand> : IHandler
    where TConversion : struct, IConversion
    where TOperand : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        *state->Register(i->Destination) = TConversion.Apply(TOperand.Of(i, state));
        i++;
        return i->Handler(i, state, units, machine);
    }
}

/// <summary>Takes two slots.</summary>
internal unsafe struct MoveWide : IHandler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadedExit Run(ThreadedInstruction* i, VmState* state, long units, VirtualMachine machine)
    {
        *state->Register(i->Destination) = (ulong)i->Immediate;
        i += 2;
        return i->Handler(i, state, units, machine);
    }
}
