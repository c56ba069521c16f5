using Velox.Testing;
using Xunit;

namespace Velox.Cli.Tests;

/// <summary>What programs on the command line may call, and how runs are put aside and gone on with.</summary>
public sealed class BpfHostTests : IDisposable
{
    private const string Sum = """
            mov64 r0, 0
        next:
            jeq r2, 0, done
            ldxb r3, [r1+0]
            stxb [r1+0], r2
            add64 r0, r3
            add64 r1, 1
            add64 r2, -1
            ja next
        done:
            exit
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("--jit")]
    public async Task Helpers_of_linux_answer_under_their_numbers_and_every_run_is_the_same(string option)
    {
        string[] line = ["bpf", "run", Write("helpers.s", """
            call 5
            mov64 r6, r0
            call 5
            sub64 r0, r6
            mov64 r6, r0
            call 7
            mov64 r7, r0
            call 7
            jeq r0, r7, same
            call 8
            add64 r0, r6
            exit
            same:
            mov64 r0, 0
            exit
            """), .. Words(option)];
        ToolResult result = await Tool.RunAsync(line);
        Assert.Equal(new ToolResult(0, "r0     0x3e8 (1000)\nunits  12\n", ""), result);

        string random = Write("random.s", "call 7\nexit");
        ToolResult first = await Tool.RunAsync("bpf", "run", random, "--seed", "5");
        Assert.Equal(first, await Tool.RunAsync("bpf", "run", random, "--seed", "5"));
        Assert.NotEqual(first, await Tool.RunAsync("bpf", "run", random, "--seed", "6"));
    }

    [Fact]
    public async Task A_program_that_clang_made_prints_and_a_fault_names_its_line()
    {
        Write("print.c", """
            static long (*print)(const char *format, unsigned size, ...) = (void *)6;
            extern long bpf_get_smp_processor_id(void);
            unsigned long main(unsigned char *memory, unsigned long length) {
              static const char format[] = "%d of %s at %x%%\n";
              static const char name[] = "three";
              unsigned long printed = print(format, sizeof format, -5, name, 0xabc);
              if (length == 0)
                return printed + bpf_get_smp_processor_id();
              return *(volatile unsigned long *)(memory + 8);
            }
            """);
        ToolResult compiled = await Tool.RunInShellAsync(
            $"command -v clang > /dev/null || exit 127; cd '{_folder.Path}' && clang -target bpfel -mcpu=v3 -O2 -g -ffreestanding -c print.c -o print.o");
        Assert.SkipWhen(
            compiled.ExitCode == 127 && Environment.GetEnvironmentVariable("CI") != "true", "There is no 'clang' on the PATH: install it (Debian: clang).");
        Assert.Equal(0, compiled.ExitCode);
        string program = _folder.File("print.o");
        ToolResult good = await Tool.RunAsync("bpf", "run", program);
        Assert.Equal((0, ""), (good.ExitCode, good.Error));
        Assert.StartsWith("-5 of three at abc%\nr0     0x14 (20)\n", good.Output, StringComparison.Ordinal);

        ToolResult bad = await Tool.RunAsync("bpf", "run", program, "--memory", "00");
        Assert.Equal((1, "-5 of three at abc%\n"), (bad.ExitCode, bad.Output));
        Assert.Matches(@"AccessViolation at instruction \d+: load of 8 bytes at 0x400000008: ldxdw r\d, \[r\d\+8\] at \S*print\.c:9\n$", bad.Error);
    }

    [Theory]
    [InlineData("mov64 r1, 0x64\nstxdw [r10-8], r1\nmov64 r1, r10\nadd64 r1, -8\nmov64 r2, 1\ncall 6\nexit", "r0     0xffffffffffffffea")]
    [InlineData("mov64 r1, 0x7125\nstxdw [r10-8], r1\nmov64 r1, r10\nadd64 r1, -8\nmov64 r2, 3\ncall 6\nexit", "r0     0xffffffffffffffea")]
    [InlineData("mov64 r1, 0x7325\nstxdw [r10-8], r1\nmov64 r1, r10\nadd64 r1, -8\nmov64 r2, 3\nmov64 r3, 5\ncall 6\nexit", "AccessViolation at instruction 6: load of 1 bytes at 0x5")]
    public async Task A_format_that_cannot_be_printed_is_an_invalid_argument(string text, string expected)
    {
        ToolResult result = await Tool.RunAsync("bpf", "run", Write("bad.s", text));
        Assert.Contains(expected, result.Output + result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sbpf-v0", "")]
    [InlineData("sbpf-v3", "--jit")]
    public async Task Syscalls_log_and_take_their_prices(string dialect, string option)
    {
        string program = Write("log.s", """
            mov64 r1, 0x1b6968
            stxdw [r10-8], r1
            mov64 r1, r10
            add64 r1, -8
            mov64 r2, 3
            syscall sol_log_
            mov64 r1, 1
            mov64 r2, -1
            mov64 r3, 0
            syscall sol_log_64_
            mov64 r1, r10
            add64 r1, -40
            syscall sol_log_pubkey
            syscall sol_log_compute_units_
            exit
            """);
        ToolResult result = await Tool.RunAsync(["bpf", "run", program, "--dialect", dialect, "--units", "1000", .. Words(option)]);
        Assert.Equal(
            new ToolResult(
                0,
                "Program log: hi?\nProgram log: 0x1, 0xffffffffffffffff, 0x0, 0x0, 0x0\nProgram log: 11111111111111111111111111111111\n"
                + "Program consumption: 586 units remaining\nr0     0x0 (0)\nunits  415\n",
                ""),
            result);
    }

    [Theory]
    // The bytes 1 to 8, moved up by one over themselves; and 1 - 2, which the comparison stores as 32 bits.
    [InlineData("syscall sol_memmove_", "r0     0x807060604030200 (578437700047274496)\nunits  59\n", "")]
    [InlineData("syscall sol_memcpy_", "", "HostFunctionFailed at instruction 13 after 33 units: syscall sol_memcpy_: a copy of 8 bytes from 0x")]
    public async Task Memory_functions_work_on_the_programs_memory(string move, string output, string error)
    {
        string program = Write("memory.s", $"""
            lddw r1, 0x0807060504030201
            stxdw [r10-16], r1
            mov64 r1, r10
            add64 r1, -32
            mov64 r2, 0x1ff
            mov64 r3, 8
            syscall sol_memset_
            mov64 r1, r10
            add64 r1, -15
            mov64 r2, r10
            add64 r2, -16
            mov64 r3, 8
            {move}
            lddw r1, 0x0807060504030201
            stxdw [r10-24], r1
            mov64 r1, r10
            add64 r1, -15
            mov64 r2, r10
            add64 r2, -23
            mov64 r3, 7
            mov64 r4, r10
            add64 r4, -40
            syscall sol_memcmp_
            ldxw r0, [r10-40]
            ldxdw r5, [r10-15]
            add64 r0, r5
            ldxb r1, [r10-25]
            jeq r1, 0xff, done
            mov64 r0, 0
            done:
            exit
            """);
        ToolResult result = await Tool.RunAsync("bpf", "run", program, "--dialect", "sbpf-v3");
        Assert.Equal(output, result.Output);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("syscall abort\nexit", "HostFunctionFailed at instruction 0 after 1 units: syscall abort: the program called abort\n")]
    [InlineData("mov64 r2, 0\nmov64 r3, 4\nmov64 r4, 9\nsyscall sol_panic_\nexit", "after 4 units: syscall sol_panic_: the program panicked at :4:9\n")]
    [InlineData("mov64 r1, 0\nmov64 r2, 3\nsyscall sol_log_\nexit", "AccessViolation at instruction 2: load of 3 bytes at 0x0: syscall sol_log_\n")]
    [InlineData("stb [r10-1], 0xff\nmov64 r1, r10\nadd64 r1, -1\nmov64 r2, 1\nsyscall sol_log_\nexit", "are no UTF-8 text\n")]
    [InlineData("mov64 r1, r10\nadd64 r1, -8\nmov64 r2, r1\nmov64 r3, 2\nmov64 r4, r10\nadd64 r4, -7\nsyscall sol_memcmp_\nexit", "it must be a multiple of 4\n")]
    public async Task A_syscall_that_ends_the_program_says_why(string text, string expected)
    {
        ToolResult result = await Tool.RunAsync("bpf", "run", Write("end.s", text), "--dialect", "sbpf-v3");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.EndsWith(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_host_nothing_can_be_called()
    {
        ToolResult linux = await Tool.RunAsync("bpf", "run", Write("five.s", "call 5\nexit"), "--host", "none");
        Assert.Contains("instruction 0 (call): UnknownHostFunction: there is no host function 5", linux.Error, StringComparison.Ordinal);
        ToolResult solana = await Tool.RunAsync("bpf", "run", Write("abort.s", "syscall abort\nexit"), "--host", "none", "--dialect", "sbpf-v0");
        Assert.Contains("UnsupportedInstruction at instruction 0", solana.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--jit")]
    public async Task A_run_whose_units_are_used_up_goes_on_in_another_process(string option)
    {
        string program = Write("sum.s", Sum);
        string snapshot = _folder.File("run.snapshot");
        ToolResult first = await Tool.RunAsync("bpf", "run", program, "--memory", "010203", "--units", "10", "--snapshot", snapshot);
        Assert.Equal((1, ""), (first.ExitCode, first.Output));
        Assert.EndsWith($"BudgetExceeded at instruction 3 after 10 units: stxb [r1+0], r2 (--resume {snapshot} goes on)\n", first.Error, StringComparison.Ordinal);

        // Its memory comes from the snapshot: what the line says is only as long.
        ToolResult second = await Tool.RunAsync(
            ["bpf", "run", program, "--memory", "ffffff", "--resume", snapshot, .. Words(option)]);
        Assert.Equal(new ToolResult(0, "r0     0x6 (6)\nunits  14\n", ""), second);
    }

    [Theory]
    [InlineData("other.s", "010203", "snapshot: Program: it was taken from another program")]
    [InlineData("sum.s", "0102", "snapshot: Memory: no writable region of the host of 3 bytes")]
    public async Task A_run_that_does_not_fit_is_refused(string name, string memory, string expected)
    {
        string snapshot = _folder.File("run.snapshot");
        await Tool.RunAsync("bpf", "run", Write("sum.s", Sum), "--memory", "010203", "--units", "9", "--snapshot", snapshot);
        Write("other.s", Sum.Replace("r3", "r4", StringComparison.Ordinal));
        ToolResult result = await Tool.RunAsync("bpf", "run", _folder.File(name), "--memory", memory, "--resume", snapshot);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"velox: {snapshot}: {expected}", result.Error, StringComparison.Ordinal);

        File.WriteAllText(snapshot, "no snapshot");
        Assert.Contains("snapshot: Magic", (await Tool.RunAsync("bpf", "run", _folder.File("sum.s"), "--resume", snapshot)).Error, StringComparison.Ordinal);
    }

    private static string[] Words(string option) => option.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private string Write(string name, string text)
    {
        string file = _folder.File(name);
        File.WriteAllText(file, text);
        return file;
    }
}
