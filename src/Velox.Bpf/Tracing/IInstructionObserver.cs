namespace Velox.Bpf;

/// <summary>Sees every instruction of a run before it is executed.</summary>
public interface IInstructionObserver
{
    /// <summary>The next instruction is about to run.</summary>
    /// <param name="machine">
    /// Where it runs: <see cref="VirtualMachine.InstructionIndex"/>, <see cref="VirtualMachine.Registers"/> and
    /// <see cref="VirtualMachine.CallDepth"/> are those before it. To be looked at, not to be changed.
    /// </param>
    void BeforeInstruction(VirtualMachine machine);
}
