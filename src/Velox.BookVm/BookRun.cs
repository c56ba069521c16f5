using Velox.Bpf;

namespace Velox.BookVm;

/// <summary>How a run ended.</summary>
/// <param name="Error"><see cref="BookVmError.ShardBusy"/> or <see cref="BookVmError.UnknownShard"/> when it did not begin.</param>
/// <param name="Execution">How the program ended; all zero when it did not begin.</param>
public readonly record struct BookRun(BookVmError Error, ExecutionResult Execution)
{
    /// <summary>Whether the program ran to its end.</summary>
    public bool IsSuccess => Error == BookVmError.None && Execution.IsSuccess;

    /// <summary>The program's r0.</summary>
    public ulong Value => Execution.Value;
}
