using System.CommandLine;
using System.CommandLine.Parsing;
using Velox.BookVm;
using Velox.Bpf;

namespace Velox.Cli;

/// <summary><c>velox bpf</c>: assemble, look at, verify and run eBPF and sBPF programs.</summary>
internal static class BpfCommand
{
    private const int DefaultUnits = 100_000_000;
    private const int MaxLines = 100_000_000;
    private const int MaxRows = 100_000;
    private const string StandardHost = "standard";

    private static readonly IReadOnlyList<Dialect> Runnable = Dialect.All;

    // Programs of the book run on a book, which a host of their own brings: docs/book-vm.md.
    private static readonly IReadOnlyList<Dialect> Written = [.. Dialect.All, BookInstructions.Ebpf];

    internal static Command Create() => new("bpf", "Assemble, disassemble, verify and run eBPF and sBPF programs.")
    {
        CreateAssemble(),
        CreateDisassemble(),
        CreateVerify(),
        CreateRun(),
        CreateTrace(),
        CreateProfile(),
        CreatePlugin(),
    };

    private static Command CreateAssemble()
    {
        Argument<string> file = FileArgument("The assembly (docs/bpf-assembly.md).");
        Option<Dialect> dialect = DialectOption(Written);
        var output = new Option<string?>("--output", "-o")
        {
            Description = "Where to write the bytecode: hex text when it ends in .hex, else bytes. Without it hex goes to standard output.",
            HelpName = "OUT",
        };
        output.Validators.Add(PathRules.RefuseEmpty);
        var command = new Command("asm", "Assemble a file.") { file, output, dialect };
        command.SetAction(result => Guard(() => Assemble(
            result.GetRequiredValue(file), result.GetRequiredValue(dialect), result.GetValue(output))));
        return command;
    }

    private static int Assemble(string path, Dialect dialect, string? output)
    {
        ProgramImage image = ProgramFile.LoadAssembly(path, dialect);
        if (image.EntryIndex != 0)
            Console.Error.WriteLine($"velox: {path}: note: bytecode starts at slot 0, this program at slot {image.EntryIndex}: run the assembly itself.");
        if (image.ReadOnlyData.Length > 0)
            Console.Error.WriteLine($"velox: {path}: note: bytecode has no read-only data, this program has {image.ReadOnlyData.Length} bytes: run the assembly itself.");
        string hex = Convert.ToHexStringLower(image.Text.Span);
        if (output is null)
            Console.WriteLine(hex);
        else if (Path.GetExtension(output).Equals(".hex", StringComparison.OrdinalIgnoreCase))
            File.WriteAllText(output, hex + "\n");
        else
            File.WriteAllBytes(output, image.Text.ToArray());
        return 0;
    }

    private static Command CreateDisassemble()
    {
        Argument<string> file = FileArgument();
        Option<Dialect> dialect = DialectOption(Written);
        var command = new Command("disasm", "Print a program as assembly, which 'asm' turns into the same bytes.") { file, dialect };
        command.SetAction(result => Guard(() => WithOutput(output =>
        {
            new Disassembler(ProgramFile.Load(result.GetRequiredValue(file), result.GetRequiredValue(dialect), CommandLineHost.None)).Write(output);
            return 0;
        })));
        return command;
    }

    private static Command CreateVerify()
    {
        Argument<string> file = FileArgument();
        Option<Dialect> dialect = DialectOption(Written);
        var command = new Command("verify", "Say whether a program may run, or which instruction breaks which rule.") { file, dialect };
        command.SetAction(result => Guard(() => Verify(result.GetRequiredValue(file), result.GetRequiredValue(dialect))));
        return command;
    }

    private static int Verify(string path, Dialect dialect)
    {
        ProgramImage image = ProgramFile.Load(path, dialect, CommandLineHost.None);
        VerifierError? error = BpfProgram.TryCreate(image, HostFunctionTable.Empty, out _);
        // What the host offers is not the program's fault, and is looked at after every rule.
        if (error is { Rule: not VerifierRule.UnknownHostFunction })
            throw new ProgramFileException($"{path}: {error}");
        Console.WriteLine($"{path}: {image.Dialect} program of {image.Text.Length / InstructionWord.Bytes} slots: every rule is kept");
        return 0;
    }

    private static Command CreateRun()
    {
        Option<bool> native = NativeOption();
        return CreateRun("run", "Run a program; print r0 and the units it took.", [native], (result, options, program, output) =>
        {
            if (result.GetValue(native))
                BpfRun.Compile(program);
            return BpfRun.Execute(program, options, null, output);
        });
    }

    private static Option<bool> NativeOption() => new("--jit") { Description = "Compile to native code first (Linux on x86-64 or ARM64)." };

    private static Command CreateTrace()
    {
        Option<int> lines = NumberOption.Create("--lines", "Most instructions to print", 0, MaxLines, 100_000);
        return CreateRun("trace", "Run a program; print each instruction with the registers before it.", [lines], (result, options, program, output) =>
        {
            var trace = new InstructionTrace(program, output, (ulong)result.GetValue(lines));
            int code = BpfRun.Execute(program, options, trace, output);
            if (trace.Skipped > 0)
                Console.Error.WriteLine($"velox: {trace.Skipped} more instructions were executed without a line (--lines gives more)");
            return code;
        });
    }

    private static Command CreateProfile()
    {
        Option<int> rows = NumberOption.Create("--top", "Most functions and most blocks to print", 1, MaxRows, 20);
        var listing = new Option<bool>("--listing") { Description = "Print every instruction with how often it was executed." };
        return CreateRun("profile", "Run a program; print what its functions and blocks executed.", [rows, listing], (result, options, program, output) =>
        {
            var profile = new ExecutionProfile(program);
            int code = BpfRun.Execute(program, options, profile, output);
            ProfileReport.Write(profile, result.GetValue(rows), result.GetValue(listing), output);
            return code;
        });
    }

    private static Command CreateRun(
        string name, string description, Option[] more, Func<ParseResult, BpfRunOptions, BpfProgram, TextWriter, int> run)
    {
        Argument<string> file = FileArgument();
        Option<Dialect> dialect = DialectOption(Runnable);
        Option<int> units = NumberOption.Create("--units", "Most instructions", 0, int.MaxValue, DefaultUnits);
        var memory = new Option<ProgramMemory>("--memory")
        {
            Description = "Memory that r1 points to, with its length in r2: hex, or @ and a file.",
            HelpName = "HEX|@FILE",
            DefaultValueFactory = _ => ProgramMemory.None,
            CustomParser = ProgramMemory.Parse,
        };
        Option<string> offered = HostOption();
        Option<int> seed = NumberOption.Create("--seed", "What eBPF's random numbers begin with", 0, int.MaxValue, 1);
        Option<string?> snapshot = PathOption("--snapshot", "Where to write the run when its units are used up, memory included.");
        Option<string?> resume = PathOption("--resume", "Go on with a run of that file, not at the entry: same program, memory of the same length; made-up time and random numbers begin anew.");
        var command = new Command(name, description) { file, memory, units, dialect, offered, seed, snapshot, resume };
        foreach (Option option in more)
            command.Add(option);
        command.SetAction(result => Guard(() => WithOutput(output =>
        {
            var options = new BpfRunOptions(
                result.GetRequiredValue(file), result.GetRequiredValue(dialect), result.GetRequiredValue(memory),
                (ulong)result.GetValue(units), result.GetValue(snapshot), result.GetValue(resume));
            CommandLineHost host = result.GetValue(offered) == StandardHost
                ? CommandLineHost.Standard(output, (ulong)result.GetValue(seed))
                : CommandLineHost.None;
            return run(result, options, BpfRun.Load(options.Path, options.Dialect, host), output);
        })));
        return command;
    }

    private static Option<string> HostOption()
    {
        var host = new Option<string>("--host")
        {
            Description = "What the program may call: standard (Linux's helpers 5 to 8 for eBPF; Solana's logs, memory functions, abort and panic for sBPF) or none.",
            HelpName = "standard|none",
            DefaultValueFactory = _ => StandardHost,
        };
        host.Validators.Add(result =>
        {
            string name = result.Tokens.Count > 0 ? result.Tokens[^1].Value : StandardHost;
            if (name is not (StandardHost or "none"))
                result.AddError($"--host is '{name}': it must be standard or none.");
        });
        return host;
    }

    private static Option<string?> PathOption(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "FILE" };
        option.Validators.Add(PathRules.RefuseEmpty);
        return option;
    }

    private static Command CreatePlugin()
    {
        var memory = new Argument<ProgramMemory>("memory")
        {
            Description = "Memory in hex; may be missing.",
            Arity = ArgumentArity.ZeroOrOne,
            DefaultValueFactory = _ => ProgramMemory.None,
            CustomParser = ProgramMemory.Parse,
        };
        var elf = new Option<bool>("--elf") { Description = "Standard input is an ELF object; its function main is run." };
        Option<bool> native = NativeOption();
        var command = new Command(
            "conformance-plugin", "Speak the plug-in protocol of bpf_conformance: program in hex on standard input, r0 in hex on standard output.")
        {
            memory, elf, native,
        };
        command.SetAction(result => Guard(() => ConformancePlugin.Run(
            result.GetRequiredValue(memory).Read(), result.GetValue(elf), result.GetValue(native), Console.OpenStandardInput(), Console.Out)));
        return command;
    }

    private static Argument<string> FileArgument(
        string description = "The program: .s and .asm are assembly, .hex is hex text, everything else is an ELF file or bytecode.")
    {
        var file = new Argument<string>("file") { Description = description };
        file.Validators.Add(PathRules.RefuseEmpty);
        return file;
    }

    private static Option<Dialect> DialectOption(IReadOnlyList<Dialect> dialects) => new("--dialect")
    {
        Description = $"Instruction set: {string.Join(", ", dialects)}; ELF files say theirs.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Dialect.Ebpf,
        CustomParser = result => ParseDialect(result, dialects),
    };

    private static Dialect ParseDialect(ArgumentResult result, IReadOnlyList<Dialect> dialects)
    {
        string name = result.Tokens.Single().Value;
        if (dialects.FirstOrDefault(dialect => dialect.Name == name) is { } found)
            return found;
        result.AddError(Written.Any(dialect => dialect.Name == name)
            ? $"--dialect is '{name}': such programs run on a book, in a BookVirtualMachine; here they are assembled, disassembled and verified."
            : $"--dialect is '{name}': it must be one of {string.Join(", ", dialects)}.");
        return Dialect.Ebpf;
    }

    /// <summary>Gives an action standard output with a buffer: traces have many lines.</summary>
    private static int WithOutput(Func<TextWriter, int> action)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16) { NewLine = "\n" };
        return action(output);
    }

    private static int Guard(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (ProgramFileException error)
        {
            Console.Error.WriteLine($"velox: {error.Message}");
            return 1;
        }
    }
}
