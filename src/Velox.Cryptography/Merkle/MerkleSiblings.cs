namespace Velox.Cryptography;

/// <summary>
/// Goes through the siblings of a multi-proof: level by level from the leaves upwards, by position within a level; those that
/// are proven themselves, or are padding and so known, are left out.
/// </summary>
/// <remarks>Time: a step for each index and level. Memory: none.</remarks>
/// <param name="leafCount">Leaves of the tree.</param>
/// <param name="indexes">In ascending order, none twice, all less than the number of leaves.</param>
internal ref struct MerkleSiblings(int leafCount, ReadOnlySpan<int> indexes)
{
    private readonly int _leafCount = leafCount;
    private readonly int _height = MerkleHash.Height(leafCount);
    private readonly ReadOnlySpan<int> _indexes = indexes;
    private int _next;

    internal int Level { get; private set; }

    /// <summary>The sibling's position in its level.</summary>
    internal int Position { get; private set; }

    internal static int Count(int leafCount, ReadOnlySpan<int> indexes)
    {
        int count = 0;
        var walk = new MerkleSiblings(leafCount, indexes);
        while (walk.MoveNext())
            count++;
        return count;
    }

    internal bool MoveNext()
    {
        for (; Level < _height; Level++, _next = 0)
        {
            while (_next < _indexes.Length)
            {
                int position = TakePosition();
                if ((position & 1) == 0 && _next < _indexes.Length && _indexes[_next] >> Level == position + 1)
                {
                    TakePosition();
                    continue;
                }

                Position = position ^ 1;
                if (Position < MerkleHash.LiveNodes(_leafCount, Level))
                    return true;
            }
        }

        return false;
    }

    /// <summary>The next position on the level, and over all indexes below it.</summary>
    private int TakePosition()
    {
        int position = _indexes[_next] >> Level;
        do
            _next++;
        while (_next < _indexes.Length && _indexes[_next] >> Level == position);
        return position;
    }
}
