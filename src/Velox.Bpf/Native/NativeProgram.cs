using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>A program's native code. Kept as long as the program, or until it is dropped.</summary>
internal sealed unsafe class NativeProgram
{
    private readonly CodeRange _range;
    private readonly int[] _offsets;
    private readonly int[] _returnOffsets;
    private readonly int[] _returnIndexes;

    private readonly bool _hasFrameGaps;
    private readonly bool _allowsFrameGaps;

    private NativeProgram(CodeRange range, FlowAnalysis flow, NativeScratch scratch, bool hasFrameGaps, bool allowsFrameGaps)
    {
        _range = range;
        Flow = flow;
        _hasFrameGaps = hasFrameGaps;
        _allowsFrameGaps = allowsFrameGaps;
        _offsets = scratch.Offsets;
        _returnOffsets = new int[scratch.Returns.Count];
        _returnIndexes = new int[scratch.Returns.Count];
        for (int i = 0; i < scratch.Returns.Count; i++)
            (_returnOffsets[i], _returnIndexes[i]) = scratch.Returns[i];
        // The garbage collector frees code, and must know that there is some.
        GC.AddMemoryPressure(range.Bytes);
    }

    ~NativeProgram()
    {
        GC.RemoveMemoryPressure(_range.Bytes);
        CodeArena.Shared!.Free(_range);
    }

    /// <summary>Whether this machine can run native code at all.</summary>
    internal static bool IsSupported => NativeTarget.Current is not null && CodeArena.Shared is not null;

    internal FlowAnalysis Flow { get; }

    /// <summary>Whether machines with this <see cref="VmOptions.AllowsFrameGaps"/> can run it.</summary>
    internal bool Serves(bool allowsFrameGaps) => !_hasFrameGaps || _allowsFrameGaps == allowsFrameGaps;

    /// <summary>Bytes of code.</summary>
    internal int CodeBytes => _range.Bytes;

    /// <summary>The code, for people and tests.</summary>
    internal ReadOnlySpan<byte> Code => new((void*)_range.ExecutableAddress, _range.Bytes);

    /// <summary>What enters the code; tests put an emulator here that runs another processor's.</summary>
    internal delegate* unmanaged<VmState*, int> Entry { get; private init; }

    /// <summary>Compiles a program; null when the arena is full or the machine cannot run native code.</summary>
    internal static NativeProgram? TryCompile(BpfProgram program, bool allowsFrameGaps = true) =>
        IsSupported ? TryCompileFor(NativeTarget.Current!, program, allowsFrameGaps) : null;

    /// <summary>Compiles a program for a processor, which need not be this machine's.</summary>
    /// <param name="target">The processor.</param>
    /// <param name="program">The program.</param>
    /// <param name="allowsFrameGaps">Whether frames of V0 have their gaps.</param>
    /// <param name="entry">What enters the code; null for the code itself.</param>
    internal static NativeProgram? TryCompileFor(
        NativeTarget target, BpfProgram program, bool allowsFrameGaps, delegate* unmanaged<VmState*, int> entry = null)
    {
        if (target.CapacityFor(program) is not { } capacity)
            return null;
        var flow = new FlowAnalysis(program);
        var scratch = new NativeScratch();
        scratch.Reset(program.Count);
        byte* buffer = (byte*)NativeMemory.Alloc((nuint)capacity);
        try
        {
            int bytes = target.Compile(program, flow, allowsFrameGaps, buffer, capacity, scratch);
            if (bytes == 0)
                return null;
            CodeRange? range = CodeArena.Shared!.TryAdd(new ReadOnlySpan<byte>(buffer, bytes));
            if (range is null)
                return null;
            var native = new NativeProgram(range.Value, flow, scratch, program.Dialect.HasFrameGaps, allowsFrameGaps)
            {
                Entry = entry == null ? (delegate* unmanaged<VmState*, int>)range.Value.ExecutableAddress : entry,
            };
            PerfMap.Add(program, native);
            return native;
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    /// <summary>Where its code begins.</summary>
    internal ulong AddressOfEntry => (ulong)_range.ExecutableAddress;

    /// <summary>Whether native code can be entered before this instruction.</summary>
    internal bool HasEntry(int index) => _offsets[index] >= 0;

    internal ulong AddressOf(int index) => (ulong)(_range.ExecutableAddress + _offsets[index]);

    /// <summary>Where a call to the instruction returns to: the code behind its call, not the block that begins there.</summary>
    internal ulong ReturnAddressTo(int index)
    {
        int position = Array.BinarySearch(_returnIndexes, index);
        return (ulong)(_range.ExecutableAddress + _returnOffsets[position]);
    }

    internal int IndexOfReturn(ulong address)
    {
        int offset = (int)((nint)address - _range.ExecutableAddress);
        return _returnIndexes[Array.BinarySearch(_returnOffsets, offset)];
    }
}
