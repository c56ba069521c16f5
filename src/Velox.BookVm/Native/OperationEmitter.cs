using Velox.Bpf;

namespace Velox.BookVm;

/// <summary>dst = the error of an operation on the market: one call of a function of <see cref="OperationGate"/>.</summary>
/// <remarks>A machine whose words nobody has set, and an operation that has thrown, are left to the instruction's function.</remarks>
internal sealed class OperationEmitter(int functionWord) : AddedEmitter
{
    public override bool Supports(NativeArchitecture architecture) => architecture == NativeArchitecture.X64;

    public override void Emit<TCode>(ref TCode code, InstructionWord instruction)
    {
        code.HostWord(NativeRegister.Free0, functionWord);
        code.Constant(NativeRegister.Free1, 0);
        code.FallBackIf(NativeCondition.Equal, NativeRegister.Free0, NativeRegister.Free1);
        code.Call(functionWord, BookHostWords.OwnRun);
        code.Constant(NativeRegister.Free1, 0);
        code.FallBackIf(NativeCondition.Less, NativeRegister.Free0, NativeRegister.Free1);
        code.Move((NativeRegister)instruction.Destination, NativeRegister.Free0);
    }
}
