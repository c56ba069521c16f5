using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>An item as 8-byte words that one thread may write while others read them, to find out afterwards.</summary>
/// <remarks>
/// Every word is stored with release and loaded with acquire. So whoever loads a word of an item also sees what its writer
/// stored before it began with the item, which is how readers notice that their copy is torn. On x86-64 these are plain
/// moves.
/// </remarks>
internal static unsafe class SharedWords<T, TModel>
    where T : unmanaged
    where TModel : struct, IMemoryModel
{
    internal static int Count => (sizeof(T) + sizeof(long) - 1) / sizeof(long);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(long* words, in T item)
    {
        // Unsafe: the frame is as long as its words.
        var frame = new Frame { Item = item, Tail = 0 };
        ref long word = ref Unsafe.As<Frame, long>(ref frame);
        for (int i = 0; i < Count; i++)
            TModel.StoreRelease(ref words[i], Unsafe.Add(ref word, i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Load(long* words, out T item)
    {
        Unsafe.SkipInit(out Frame frame);
        ref long word = ref Unsafe.As<Frame, long>(ref frame);
        for (int i = 0; i < Count; i++)
            Unsafe.Add(ref word, i) = TModel.LoadAcquire(ref words[i]);
        item = frame.Item;
    }

    // An item that does not fill its last word ends in this one's padding or tail.
    private struct Frame
    {
        internal T Item;
        internal long Tail;
    }
}
