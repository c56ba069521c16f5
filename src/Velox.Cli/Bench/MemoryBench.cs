using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>Reading under epochs and hazard pointers, taking slabs and objects, beside what .NET has for it; one thread.</summary>
internal static class MemoryBench
{
    private const int SlabBytes = 64;

    internal static IReadOnlyList<BenchLine> Run(int runs, int operations)
    {
        using var slabs = new SlabAllocator(SlabBytes, 1_024);
        using EpochReader epoch = new EpochReclaimer(slabs, 1, 64).TryJoin()!;
        using HazardReader hazards = new HazardReclaimer(slabs, 1, 64).TryJoin()!;
        using var readerLock = new ReaderWriterLockSlim();
        var pool = new ObjectPool<object>(() => new object(), 8, 64, HostTopology.Read());
        var queue = new ConcurrentQueue<object>([new object()]);
        return
        [
            Compare("EpochReader.Enter and Exit", new EpochWalk(epoch), "lock, enter and leave", new LockWalk(new Lock())),
            Compare("EpochReader.Enter and Exit", new EpochWalk(epoch), "ReaderWriterLockSlim, read", new ReadLockWalk(readerLock)),
            Compare("HazardReader.Protect and Clear", new HazardHold(hazards, new int[1]), "Interlocked reference count", new CountHold(new int[1])),
            Compare($"SlabAllocator, {SlabBytes} bytes, take and give", new SlabTake(slabs), "NativeMemory.Alloc and Free", default(NativeTake)),
            Compare("ObjectPool, rent and return", new PoolRent(pool), "ConcurrentQueue, take and add", new QueueRent(queue)),
        ];

        BenchLine Compare<TMine, TPeer>(string name, TMine mine, string peer, TPeer theirs)
            where TMine : struct, IOperation
            where TPeer : struct, IOperation
        {
            (double value, double peerValue) = BenchReport.Medians(
                runs,
                () => OperationCost.Measure(1, operations, _ => mine),
                () => OperationCost.Measure(1, operations, _ => theirs));
            return new BenchLine(name, value, OperationCost.Unit, peer, peerValue);
        }
    }

    private readonly struct EpochWalk(EpochReader reader) : IOperation
    {
        public void Do(long i)
        {
            reader.Enter();
            reader.Exit();
        }
    }

    private readonly struct LockWalk(Lock gate) : IOperation
    {
        public void Do(long i)
        {
            gate.Enter();
            gate.Exit();
        }
    }

    private readonly struct ReadLockWalk(ReaderWriterLockSlim gate) : IOperation
    {
        public void Do(long i)
        {
            gate.EnterReadLock();
            gate.ExitReadLock();
        }
    }

    private readonly struct HazardHold(HazardReader reader, int[] source) : IOperation
    {
        public void Do(long i)
        {
            reader.Protect(0, ref source[0]);
            reader.Clear(0);
        }
    }

    private readonly struct CountHold(int[] count) : IOperation
    {
        public void Do(long i)
        {
            Interlocked.Increment(ref count[0]);
            Interlocked.Decrement(ref count[0]);
        }
    }

    private readonly struct SlabTake(SlabAllocator slabs) : IOperation
    {
        public void Do(long i)
        {
            slabs.TryAllocate(out int index);
            slabs.Release(index);
        }
    }

    private readonly struct NativeTake : IOperation
    {
        // Unsafe: freed at once, and touched by nobody.
        public unsafe void Do(long i) => NativeMemory.Free(NativeMemory.Alloc(SlabBytes));
    }

    private readonly struct PoolRent(ObjectPool<object> pool) : IOperation
    {
        public void Do(long i)
        {
            pool.TryRent(out Pooled<object> rented);
            pool.Return(rented);
        }
    }

    private readonly struct QueueRent(ConcurrentQueue<object> queue) : IOperation
    {
        public void Do(long i)
        {
            if (queue.TryDequeue(out object? item))
                queue.Enqueue(item);
        }
    }
}
