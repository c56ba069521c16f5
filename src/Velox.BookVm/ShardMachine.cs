using System.Runtime.CompilerServices;
using Velox.Bpf;

namespace Velox.BookVm;

/// <summary>A machine that runs one program on one shard, with the shard's memory mapped. Only for who has claimed the shard.</summary>
internal sealed unsafe class ShardMachine : IDisposable
{
    private readonly ShardRun _run;
    private readonly VirtualMachine _machine;
    private readonly byte[] _input;

    // Pinned, so that native code may have the addresses of their only elements. The collector keeps the reference up to date.
    private readonly ShardRun[] _runPlace = GC.AllocateArray<ShardRun>(1, pinned: true);
    private readonly NextMatchTable[] _nextMatch = GC.AllocateArray<NextMatchTable>(1, pinned: true);
    private readonly ulong _unitsPerRun;
    private int _inputLength;

    internal ShardMachine(BpfProgram program, ShardedBook book, BookShard shard, BookVmOptions options)
    {
        _run = new ShardRun(book, shard, options.Seat);
        _input = new byte[options.InputBytes];
        _unitsPerRun = options.UnitsPerRun;
        _machine = new VirtualMachine(new VmOptions { HeapBytes = options.HeapBytes }) { Context = _run };
        _machine.Load(program);
        _machine.Memory.MapReadOnly(MemoryMap.InputAddress, _input);
        // Memory outside the collected heap, which the run above keeps alive.
        _machine.Memory.MapNative(BookVirtualMachine.ViewAddress, (byte*)shard.View, ShardView.Size, isWritable: false);
        _machine.Memory.MapNative(BookVirtualMachine.SlabAddress, shard.SlabAddress, (ulong)shard.Slab.Length, isWritable: false);
        _machine.HostWords[BookHostWords.OwnView] = (ulong)shard.View;
        _machine.HostWords[BookHostWords.OwnSlab] = (ulong)shard.SlabAddress;
        _machine.HostWords[BookHostWords.Slabs] = (ulong)book.SlabAddresses;
        _machine.HostWords[BookHostWords.ShardCount] = (ulong)book.ShardCount;
        _runPlace[0] = _run;
        _machine.HostWords[BookHostWords.OwnRun] = (ulong)Unsafe.AsPointer(ref _runPlace[0]);
        _nextMatch[0] = NextMatchTable.Of(shard.SlabAddress, options.Speculates);
        _machine.HostWords[BookHostWords.NextMatch] = (ulong)Unsafe.AsPointer(ref _nextMatch[0]);
        OperationGate.Connect(_machine.HostWords);
    }

    internal ReadOnlySpan<ulong> Registers => _machine.Registers;

    internal object? HostError => _machine.HostError;

    internal ExecutionResult Run(ReadOnlySpan<byte> input, ulong slot)
    {
        input.CopyTo(_input);
        if (_inputLength > input.Length)
            _input.AsSpan(input.Length, _inputLength - input.Length).Clear();
        _inputLength = input.Length;
        _run.Begin(slot);
        ExecutionResult result = _machine.Run(_unitsPerRun, MemoryMap.InputAddress, (ulong)input.Length);
        _run.Shard.HandOverEvents();
        return result;
    }

    public void Dispose() => _machine.Dispose();
}
