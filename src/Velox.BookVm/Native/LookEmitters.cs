using Velox.Bpf;

namespace Velox.BookVm;

/// <summary>Words that the host sets in each machine for the code below.</summary>
internal static class BookHostWords
{
    /// <summary>The address of the view of the shard that the machine runs on.</summary>
    internal const int OwnView = 0;

    /// <summary>The address of its slab.</summary>
    internal const int OwnSlab = 1;

    /// <summary>Where the addresses of all slabs are.</summary>
    internal const int Slabs = 2;

    /// <summary>How many shards.</summary>
    internal const int ShardCount = 3;

    /// <summary>Where the reference to the machine's <see cref="ShardRun"/> is.</summary>
    internal const int OwnRun = 4;

    /// <summary>Addresses of the functions of <see cref="OperationGate"/>.</summary>
    internal const int Place = 5, Match = 6, Cancel = 7, CancelClient = 8;

    /// <summary>Where the machine's <see cref="NextMatchTable"/> is.</summary>
    internal const int NextMatch = 9;
}

/// <summary>dst = 8 bytes of the own shard's memory: two loads.</summary>
/// <remarks>A machine whose words nobody has set falls back to the function, which says so.</remarks>
internal sealed class LookEmitter(int word, int offset) : AddedEmitter
{
    public override void Emit<TCode>(ref TCode code, InstructionWord instruction) => Emit(ref code, instruction, word, offset);

    internal static void Emit<TCode>(ref TCode code, InstructionWord instruction, int word, int offset)
        where TCode : struct, INativeCode, allows ref struct
    {
        code.HostWord(NativeRegister.Free0, word);
        code.Constant(NativeRegister.Free1, 0);
        code.FallBackIf(NativeCondition.Equal, NativeRegister.Free0, NativeRegister.Free1);
        code.Load(sizeof(ulong), (NativeRegister)instruction.Destination, NativeRegister.Free0, offset);
    }
}

/// <summary>dst = a field of the last result.</summary>
internal sealed class ResultEmitter : AddedEmitter
{
    public override void Emit<TCode>(ref TCode code, InstructionWord instruction) => LookEmitter.Emit(
        ref code, instruction, BookHostWords.OwnView, ShardView.ResultOffset + (sizeof(ulong) * instruction.Immediate));
}

/// <summary>dst = 8 bytes of the slab of shard src; an unknown shard is left to the function.</summary>
internal sealed class LookElsewhereEmitter(int offset) : AddedEmitter
{
    public override void Emit<TCode>(ref TCode code, InstructionWord instruction)
    {
        var shard = (NativeRegister)instruction.Source;
        // No shard is below a count of 0: words that nobody has set are covered.
        code.HostWord(NativeRegister.Free0, BookHostWords.ShardCount);
        code.FallBackIf(NativeCondition.UnsignedAboveOrEqual, shard, NativeRegister.Free0);
        code.HostWord(NativeRegister.Free0, BookHostWords.Slabs);
        code.Move(NativeRegister.Free1, shard);
        code.ShiftLeft(NativeRegister.Free1, 3);
        code.Compute(NativeArithmetic.Add, NativeRegister.Free0, NativeRegister.Free1);
        code.Load(sizeof(ulong), NativeRegister.Free0, NativeRegister.Free0, 0);
        code.Load(sizeof(ulong), (NativeRegister)instruction.Destination, NativeRegister.Free0, offset);
    }
}
