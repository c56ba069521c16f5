using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.Cryptography;

/// <summary>SHA-256 (FIPS 180-4) of many inputs of equal length, 16, 8 or 4 side by side, or two by two with the processor's instructions.</summary>
/// <remarks>
/// Every kernel gives the same digests. What is left over goes through narrower vectors, the last few through one that is not
/// full, and a single one goes alone. Nothing is allocated.
/// </remarks>
public static class Sha256Lanes
{
    /// <summary>Hashes a batch with <see cref="Sha256Policy.Kernel"/>.</summary>
    /// <param name="batch">How many, how long, how far apart.</param>
    /// <param name="inputs">Reaches at least to the end of the last input.</param>
    /// <param name="digests">Reaches at least to the end of the last digest; bytes between digests stay as they are.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of the batch is out of its bounds.</exception>
    /// <exception cref="ArgumentException">Inputs or digests are too short, or they overlap.</exception>
    public static void Hash(in Sha256Batch batch, ReadOnlySpan<byte> inputs, Span<byte> digests) =>
        Hash(in batch, inputs, digests, Sha256Policy.Kernel);

    /// <summary>Hashes a batch with this kernel.</summary>
    /// <inheritdoc cref="Hash(in Sha256Batch, ReadOnlySpan{byte}, Span{byte})"/>
    public static void Hash(in Sha256Batch batch, ReadOnlySpan<byte> inputs, Span<byte> digests, Sha256Kernel kernel)
    {
        batch.Check(inputs, digests);
        Run(
            new Sha256Message(batch.InputLength, batch.Prefix), new StridedPlaces(batch.InputStride, batch.DigestStride),
            ref MemoryMarshal.GetReference(inputs), ref MemoryMarshal.GetReference(digests), batch.Count, kernel);
    }

    /// <summary>Hashes nodes of a binary tree: parent i becomes SHA-256(prefix || child 2i || child 2i + 1).</summary>
    /// <param name="children">Twice as many as parents.</param>
    /// <param name="parents">Where they go; must not overlap the children.</param>
    /// <param name="prefix">The byte before both children.</param>
    /// <param name="kernel">What hashes them.</param>
    /// <exception cref="ArgumentException">Not twice as many children as parents, or they overlap.</exception>
    public static void HashPairs(ReadOnlySpan<Hash256> children, Span<Hash256> parents, byte prefix, Sha256Kernel kernel)
    {
        if (children.Length != 2L * parents.Length)
            throw new ArgumentException($"Expected 2 * {parents.Length} children, got {children.Length}.", nameof(children));
        Hash(
            new Sha256Batch(parents.Length, 2 * Hash256.Size, 2 * Hash256.Size, Hash256.Size, prefix),
            MemoryMarshal.AsBytes(children), MemoryMarshal.AsBytes(parents), kernel);
    }

    /// <summary>
    /// Hashes some nodes of a binary tree in place: node n becomes SHA-256(prefix || node 2n || node 2n + 1).
    /// </summary>
    /// <param name="tree">All nodes: the top is node 1, node 0 is not used.</param>
    /// <param name="nodes">Those to hash, in any order; none of them a child of another, such as nodes of one level.</param>
    /// <param name="prefix">The byte before both children.</param>
    /// <param name="kernel">What hashes them.</param>
    /// <exception cref="ArgumentException">A node is less than 1, or its children are not in the tree.</exception>
    public static void HashNodes(Span<Hash256> tree, ReadOnlySpan<int> nodes, byte prefix, Sha256Kernel kernel)
    {
        foreach (int node in nodes)
        {
            if (node < 1 || node >= (tree.Length + 1) / 2)
                throw new ArgumentException($"Expected nodes of 1 to {((tree.Length + 1) / 2) - 1}, got {node}.", nameof(nodes));
        }

        ref byte bytes = ref Unsafe.As<Hash256, byte>(ref MemoryMarshal.GetReference(tree));
        Run(new Sha256Message(2 * Hash256.Size, prefix), new NodePlaces(nodes), ref bytes, ref bytes, nodes.Length, kernel);
    }

    /// <summary>Hashes nodes of binary trees where they lie: what is at parents[i] becomes SHA-256(prefix || the 64 bytes at pairs[i]).</summary>
    /// <remarks>Unsafe: addresses are used as they are. What they name must not move, and no parent may be in one of the pairs.</remarks>
    /// <param name="pairs">Where the two children of each are, side by side.</param>
    /// <param name="parents">Where the parents go; as many.</param>
    /// <param name="prefix">The byte before both children.</param>
    /// <param name="kernel">What hashes them.</param>
    /// <exception cref="ArgumentException">Not as many parents as pairs.</exception>
    public static void HashPairs(ReadOnlySpan<nint> pairs, ReadOnlySpan<nint> parents, byte prefix, Sha256Kernel kernel)
    {
        if (pairs.Length != parents.Length)
            throw new ArgumentException($"Expected {pairs.Length} parents, got {parents.Length}.", nameof(parents));
        ref byte zero = ref Unsafe.NullRef<byte>();
        Run(new Sha256Message(2 * Hash256.Size, prefix), new AddressPlaces(pairs, parents), ref zero, ref zero, pairs.Length, kernel);
    }

    private static void Run<TPlaces>(
        in Sha256Message message, TPlaces places, ref byte inputs, ref byte digests, int count, Sha256Kernel kernel)
        where TPlaces : struct, ISha256Places, allows ref struct
    {
        kernel = Sha256Policy.Resolve(kernel);
        if (kernel >= Sha256Kernel.Instructions)
            RunByInstructions(in message, places, ref inputs, ref digests, count, hasLanes: kernel == Sha256Kernel.InstructionsAndLanes);
        else
            RunByLanes(in message, places, ref inputs, ref digests, count, kernel);
    }

    private static void RunByInstructions<TPlaces>(
        in Sha256Message message, TPlaces places, ref byte inputs, ref byte digests, int count, bool hasLanes)
        where TPlaces : struct, ISha256Places, allows ref struct
    {
        // Sixteen lanes of AVX-512 take as long as seven or eight inputs two by two.
        int done = 0;
        if (hasLanes)
            done = Sha256LaneGroup.Run<Sha256Lanes512, TPlaces>(in message, places, ref inputs, ref digests, done, count, fewest: 9);
        Sha256Pairs.Run(in message, places, ref inputs, ref digests, done, count);
    }

    private static void RunByLanes<TPlaces>(
        in Sha256Message message, TPlaces places, ref byte inputs, ref byte digests, int count, Sha256Kernel kernel)
        where TPlaces : struct, ISha256Places, allows ref struct
    {
        // Half full or less, a vector is not faster than the next narrower one; four lanes take as long as two inputs alone.
        int done = 0;
        if (kernel >= Sha256Kernel.Lanes16)
            done = Sha256LaneGroup.Run<Sha256Lanes512, TPlaces>(in message, places, ref inputs, ref digests, done, count, fewest: 9);
        if (kernel >= Sha256Kernel.Lanes8)
            done = Sha256LaneGroup.Run<Sha256Lanes256, TPlaces>(in message, places, ref inputs, ref digests, done, count, fewest: 5);
        if (kernel >= Sha256Kernel.Lanes4)
            done = Sha256LaneGroup.Run<Sha256Lanes128, TPlaces>(in message, places, ref inputs, ref digests, done, count, fewest: 2);
        for (; done < count; done++)
            HashAlone(in message, ref Unsafe.Add(ref inputs, places.Input(done)), ref Unsafe.Add(ref digests, places.Digest(done)));
    }

    private static void HashAlone(in Sha256Message message, ref byte input, ref byte digest)
    {
        var state = Sha256State.Create();
        if (message.HasPrefix)
            state.Append([message.Prefix], Sha256Kernel.Scalar);
        state.Append(MemoryMarshal.CreateReadOnlySpan(ref input, message.InputLength), Sha256Kernel.Scalar);
        state.Finish(MemoryMarshal.CreateSpan(ref digest, Hash256.Size), Sha256Kernel.Scalar);
    }
}
