using Velox.Bpf;

namespace Velox.BookVm;

/// <summary>dst = the error of an operation on the market: one call of a function of <see cref="OperationGate"/>.</summary>
/// <remarks>A machine whose words nobody has set, and an operation that has thrown, are left to the instruction's function.</remarks>
/// <param name="functionWord">Which.</param>
/// <param name="mayMatch">Whether it is an order with its side in r2 and its limit in r3.</param>
internal sealed class OperationEmitter(int functionWord, bool mayMatch) : AddedEmitter
{
    public override bool Supports(NativeArchitecture architecture) => architecture == NativeArchitecture.X64;

    public override void Emit<TCode>(ref TCode code, InstructionWord instruction)
    {
        code.HostWord(NativeRegister.Free0, functionWord);
        code.Constant(NativeRegister.Free1, 0);
        code.FallBackIf(NativeCondition.Equal, NativeRegister.Free0, NativeRegister.Free1);
        if (mayMatch && NextMatch.IsSupported)
        {
            code.HostWord(NativeRegister.Free0, BookHostWords.NextMatch);
            code.Machine(NextMatch.Find);
            code.Machine(NextMatch.Fetch);
        }

        code.Call(functionWord, BookHostWords.OwnRun);
        code.Constant(NativeRegister.Free1, 0);
        code.FallBackIf(NativeCondition.Less, NativeRegister.Free0, NativeRegister.Free1);
        code.Move((NativeRegister)instruction.Destination, NativeRegister.Free0);
    }
}
