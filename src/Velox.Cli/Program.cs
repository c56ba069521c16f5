using System.CommandLine;
using System.CommandLine.Invocation;
using Velox.Cli;

var root = new RootCommand("Velox: an exchange engine for the Solana VM. Exit codes: 0 done, 1 failed, 2 bad command line.")
{
    NodeCommand.Create(),
    KeygenCommand.Create(),
    ReplayCommand.Create(),
    PipelineCommand.Create(),
    SoakCommand.Create(),
    TopCommand.Create(),
    BenchCommand.Create(),
    HostCommand.Create(),
    BpfCommand.Create(),
};
// No response files: '@' is what this tool's options say it is.
ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Action is ParseErrorAction)
    return CommandLineErrors.Print(parsed);

// Signals are the commands' own: the library would end a node that needs longer than 2 s to stop in order.
var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
try
{
    return await parsed.InvokeAsync(configuration);
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    // Also where the output goes: a full disk, a closed terminal.
    Console.Error.WriteLine($"velox: {error.Message}");
    return 1;
}
