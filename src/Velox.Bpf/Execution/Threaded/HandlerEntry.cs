using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Bpf.Threaded;

/// <summary>Where a handler's code is. Compiled when first asked for.</summary>
internal static unsafe class HandlerEntry<THandler>
    where THandler : struct, IHandler
{
    internal static HandlerPointer Pointer { get; } = Find();

    private static HandlerPointer Find()
    {
        RuntimeMethodHandle method = typeof(Handler<THandler>)
            .GetMethod(nameof(Handler<>.Run), BindingFlags.Static | BindingFlags.NonPublic)!.MethodHandle;
        RuntimeHelpers.PrepareMethod(method, [typeof(THandler).TypeHandle]);
        return (HandlerPointer)HandlerEntry.SkipStub((byte*)method.GetFunctionPointer());
    }
}

internal static unsafe class HandlerEntry
{
    private const int JumpBytes = 6;

    /// <summary>
    /// The runtime's pointer to a method is to a stub that jumps to its code, <c>jmp [rip + distance]</c>. Two jumps for each
    /// instruction take half as long again, so this follows the first.
    /// </summary>
    /// <remarks>
    /// It is what the processor would do. What it finds stays valid: code of methods that are optimized from the start is not
    /// replaced, and never freed. A method that is not compiled yet has a stub that leads behind its own jump; that is kept.
    /// </remarks>
    internal static byte* SkipStub(byte* code)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || code[0] != 0xff || code[1] != 0x25)
            return code;
        byte* next = code + JumpBytes;
        byte* target = *(byte**)(next + Unsafe.ReadUnaligned<int>(code + 2));
        return target == next ? code : target;
    }
}
