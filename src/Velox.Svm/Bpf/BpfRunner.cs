using Velox.Bpf;
using Velox.State;

namespace Velox.Svm;

/// <summary>Runs programs of the loaders for one worker: a virtual machine and an input buffer for each level of calls.</summary>
/// <remarks>Order of steps, units and texts: Agave program-runtime, vm.rs.</remarks>
internal sealed class BpfRunner(InvokeContext context) : IDisposable
{
    /// <summary>Heap that a program has without asking for more.</summary>
    internal const int DefaultHeapBytes = 32 * 1024;

    private const ulong UnitsPerHeapPage = 8;

    private readonly Level?[] _levels = new Level?[InvokeContext.MaxRaisedStackHeight];

    public void Dispose()
    {
        foreach (Level? level in _levels)
            level?.Dispose();
    }

    /// <summary>The running program's input, as it was serialised: what its calls synchronise with.</summary>
    internal InputBuffer CurrentInput => _levels[context.StackHeight - 1]!.Input;

    /// <summary>The heap that the running program has allocated by the syscall for that.</summary>
    internal ref ulong CurrentHeapPosition => ref _levels[context.StackHeight - 1]!.HeapPosition;

    /// <summary>What the current level's next call is made with.</summary>
    internal CallerAccountList CurrentCallerAccounts => _levels[context.StackHeight - 1]!.CallerAccounts;

    /// <summary>Runs the current instruction's program.</summary>
    internal InstructionError Execute(InstructionFrame frame, Account account)
    {
        Account? programData = context.Accounts.ProgramData(frame.ProgramIndex);
        if (LoadedProgram.Find(account, programData, context.Block) is not { } program)
        {
            context.LogRaw("Program is not deployed");
            return InstructionErrorKind.UnsupportedProgramId;
        }

        if (frame.AccountCount > InstructionFrame.MaxAccounts)
            return InstructionErrorKind.MaxAccountsExceeded;
        Level level = _levels[context.StackHeight - 1] ??= new Level();
        bool isAligned = account.Owner != ProgramIds.BpfLoaderDeprecated;
        level.Input.Write(context, frame, isAligned);
        level.HeapPosition = 0;
        ulong unitsBefore = context.RemainingUnits;
        if (!TryConsumeHeap())
            return InstructionErrorKind.ProgramEnvironmentSetupFailure;
        InstructionError error = Run(level, program, unitsBefore);
        return error.IsError ? error : level.Input.ReadBack(context, frame);
    }

    private bool TryConsumeHeap()
    {
        ulong pages = ((ulong)context.Budget.HeapBytes + DefaultHeapBytes - 1) / DefaultHeapBytes;
        InstructionError error = context.Consume((pages - 1) * UnitsPerHeapPage);
        if (!error.IsError)
            return true;
        context.LogRaw($"Failed to create SBF VM: {error}");
        return false;
    }

    /// <summary>What the log calls available are the units before the heap was paid for.</summary>
    private InstructionError Run(Level level, BpfProgram program, ulong unitsBefore)
    {
        VirtualMachine machine = level.Machine;
        machine.HeapBytes = (int)context.Budget.HeapBytes;
        machine.Load(program);
        machine.Context = context;
        level.Input.MapInto(machine.Memory);
        ulong units = context.RemainingUnits;
        ExecutionResult result = machine.Run(units, MemoryMap.InputAddress, level.Input.DataAddress);
        context.RemainingUnits = units - result.ConsumedUnits;
        LogUnits(result.ConsumedUnits, unitsBefore);
        if (!context.ReturnBytes.IsEmpty)
            context.LogReturn();
        return VmOutcome.ToInstructionError(context, machine, result);
    }

    private void LogUnits(ulong consumed, ulong available) => context.Collector.Begin()
        .Append("Program "u8).Append(context.ProgramId).Append(" consumed "u8).Append(consumed).Append(" of "u8)
        .Append(available).Append(" compute units"u8).End();

    /// <summary>What one level of calls needs.</summary>
    private sealed class Level : IDisposable
    {
        internal VirtualMachine Machine { get; } = new(new VmOptions
        {
            MaxCallDepth = ProgramEnvironment.MaxCallDepth,
            HeapBytes = VmOptions.MaxHeapBytes,
            Compiler = ProgramEnvironment.Compiler,
        });

        internal InputBuffer Input { get; } = new();

        internal CallerAccountList CallerAccounts { get; } = new();

        internal ulong HeapPosition;

        public void Dispose()
        {
            Machine.Dispose();
            Input.Dispose();
        }
    }
}
