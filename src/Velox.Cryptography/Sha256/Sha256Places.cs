using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Velox.Primitives;

namespace Velox.Cryptography;

/// <summary>Inputs and digests at equal distances.</summary>
internal readonly struct StridedPlaces(int inputStride, int digestStride) : ISha256Places
{
    public nuint Input(int index) => (nuint)index * (nuint)inputStride;

    public nuint Digest(int index) => (nuint)index * (nuint)digestStride;

    public void Prefetch(ref byte inputs, int index)
    {
        // The processor foresees equal distances.
    }
}

/// <summary>Listed nodes of a tree in an array: the children of node n are 2n and 2n + 1.</summary>
internal readonly ref struct NodePlaces(ReadOnlySpan<int> nodes) : ISha256Places
{
    private readonly ReadOnlySpan<int> _nodes = nodes;

    public nuint Input(int index) => 2 * Digest(index);

    public nuint Digest(int index) => (nuint)_nodes[index] * Hash256.Size;

    // Unsafe: a prefetch reads nothing, so it does not matter that the address may be stale.
    public unsafe void Prefetch(ref byte inputs, int index)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref inputs, Input(index))));
    }
}

/// <summary>Inputs and digests anywhere, counted from address 0.</summary>
internal readonly ref struct AddressPlaces(ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> digests) : ISha256Places
{
    private readonly ReadOnlySpan<nint> _inputs = inputs;
    private readonly ReadOnlySpan<nint> _digests = digests;

    public nuint Input(int index) => (nuint)_inputs[index];

    public nuint Digest(int index) => (nuint)_digests[index];

    // Unsafe: a prefetch reads nothing and never faults.
    public unsafe void Prefetch(ref byte inputs, int index)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0((void*)_inputs[index]);
    }
}
