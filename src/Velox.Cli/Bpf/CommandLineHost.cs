using System.Text;
using Velox.Bpf;

namespace Velox.Cli;

/// <summary>What programs on the command line may call. One run has one: its functions print to the run's output.</summary>
internal sealed class CommandLineHost
{
    private readonly HostFunctionTable _helpers;
    private readonly HostFunctionTable _syscalls;

    private CommandLineHost(HostFunctionTable helpers, HostFunctionTable syscalls) => (_helpers, _syscalls) = (helpers, syscalls);

    /// <summary>Offers nothing.</summary>
    internal static CommandLineHost None { get; } = new(HostFunctionTable.Empty, HostFunctionTable.Empty);

    /// <summary>Linux's plain helpers for eBPF, Solana's plain syscalls for sBPF.</summary>
    /// <param name="output">Where they print.</param>
    /// <param name="seed">What random numbers begin with.</param>
    internal static CommandLineHost Standard(TextWriter output, ulong seed) =>
        new(LinuxHelpers.CreateTable(output, seed), SolanaSyscalls.CreateTable(output));

    internal HostFunctionTable TableOf(Dialect dialect) => dialect.SbpfVersion is null ? _helpers : _syscalls;

    /// <summary>A program's text for a terminal: without control characters but tabs and line ends.</summary>
    internal static string Printable(ReadOnlySpan<byte> text) => string.Concat(
        Encoding.UTF8.GetString(text).Select(c => char.IsControl(c) && c is not ('\t' or '\n') ? '?' : c));
}
