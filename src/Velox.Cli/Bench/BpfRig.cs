using System.Diagnostics;
using Velox.Bpf;

namespace Velox.Cli;

/// <summary>What a bench measured is wrong.</summary>
internal sealed class BenchFailedException(string message) : Exception(message);

/// <summary>A machine with one workload, in one tier.</summary>
internal sealed class BpfRig : IDisposable
{
    private readonly VirtualMachine _machine = new();
    private readonly BpfWorkload _workload;
    private readonly byte[] _initial;
    private readonly byte[] _memory;

    /// <exception cref="BenchFailedException">Native code is wanted and there is no memory for it.</exception>
    internal BpfRig(BpfWorkload workload, bool isNative)
    {
        _workload = workload;
        _initial = workload.CreateMemory();
        _memory = [.. _initial];
        BpfProgram program = workload.CreateProgram();
        if (isNative && !program.TryCompile())
            throw new BenchFailedException($"{workload.Name} could not be compiled.");
        _machine.Load(program);
        _machine.Memory.Map(MemoryMap.InputAddress, _memory);
    }

    /// <summary>The registers after the last run.</summary>
    internal ulong[] Registers => [.. _machine.Registers];

    /// <summary>Runs from the start with so many units.</summary>
    /// <returns>The result and how long it took.</returns>
    internal (ExecutionResult Result, TimeSpan Elapsed) Run(ulong units)
    {
        _initial.CopyTo(_memory, 0);
        bool hasMemory = _memory.Length > 0;
        long start = Stopwatch.GetTimestamp();
        ExecutionResult result = _machine.Run(units, hasMemory ? MemoryMap.InputAddress : 0, (ulong)_memory.Length);
        return (result, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Runs to the end.</summary>
    /// <returns>Instructions a second.</returns>
    /// <exception cref="BenchFailedException">The result is not the expected one.</exception>
    internal double RunWhole()
    {
        (ExecutionResult result, TimeSpan elapsed) = Run(_workload.Instructions);
        bool isRight = result.IsSuccess && result.Value == _workload.Result && result.ConsumedUnits == _workload.Instructions;
        return isRight
            ? _workload.Instructions / elapsed.TotalSeconds
            : throw new BenchFailedException(
                $"{_workload.Name} {result}; it must return 0x{_workload.Result:x} after {_workload.Instructions} units.");
    }

    public void Dispose() => _machine.Dispose();
}
