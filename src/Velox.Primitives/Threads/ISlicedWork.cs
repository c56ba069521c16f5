namespace Velox.Primitives;

/// <summary>Work on a range of items that can be done slice by slice, in any order and by several threads.</summary>
public interface ISlicedWork
{
    /// <param name="worker">Which worker does it, from 0: no two threads are the same one at a time.</param>
    /// <param name="start">First item.</param>
    /// <param name="end">The item after the last.</param>
    void Run(int worker, int start, int end);
}

/// <summary>Work that a <see cref="WorkerTeam"/> does while nothing else is asked of it, a piece at a time.</summary>
public interface IBackgroundWork
{
    /// <summary>Does one piece; false when there is none. Must not throw.</summary>
    /// <param name="worker">Which worker does it: from 1, since 0 is the team's owner.</param>
    bool TryRunPiece(int worker);
}
