using Xunit;

namespace Velox.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("", "node|keygen|replay|pipeline|top|bench|host|bpf|Exit codes: 0")]
    [InlineData("pipeline", "--rate|1 to 100000000|100000|--seconds|1 to 86400|--burst|--seed|--ring|64 to 1048576|4096|--bundle|1 to 16|--bundle-us|0 to 1000000|--threads|--source|--udp|--sink|--json")]
    [InlineData("node", "--demo|--ledger|--reset|--rpc-port|0 to 65534|8899|--slot-ms|10 to 60000|--bind|127.0.0.1|--demo-rate|1 to 1000000|--workers|1 to 256|--metrics-file|--bpf-program|--upgradeable-program|--account|--deactivate-feature")]
    [InlineData("keygen", "<file>|id.json|--force")]
    [InlineData("replay", "--ledger|REQUIRED|--workers|1 to 256")]
    [InlineData("bench", "ring|clock|metrics|memory|book|svm|bpf")]
    [InlineData("bench metrics", "--count|1 to 50000000|--runs|1 to 1000|--json")]
    [InlineData("bench ring", "--count|1 to 50000000|--runs|1 to 1000|--json")]
    [InlineData("bench clock", "--count|1 to 50000000|--runs|1 to 1000|--json")]
    [InlineData("bench book", "--count|1 to 50000000|--runs|1 to 1000|--json")]
    [InlineData("bench svm", "--count|1 to 65536|--runs|1 to 1000|--json")]
    [InlineData("bench state", "--count|1 to 16777216|--runs|1 to 1000|--json")]
    [InlineData("bench bpf", "--runs|1 to 1000|--json")]
    [InlineData("host", "--json|grants")]
    [InlineData("top", "file|pid|--interval|50 to 60000|1000|--once|--json")]
    [InlineData("bpf", "asm|disasm|run|trace|profile|verify|conformance-plugin")]
    [InlineData("bpf asm", "<file>|-o, --output|.hex|--dialect|ebpf, sbpf-v0, sbpf-v1, sbpf-v2, sbpf-v3, ebpf-book")]
    [InlineData("bpf disasm", "<file>|.asm|--dialect|[default: ebpf]")]
    [InlineData("bpf verify", "<file>|--dialect")]
    [InlineData("bpf run", "<file>|--memory|HEX|@FILE|[default: none]|--units|0 to 2147483647|100000000|--dialect|--jit|--host|standard|--seed|--snapshot|--resume")]
    [InlineData("bpf trace", "<file>|--memory|--units|--dialect|--lines|0 to 100000000")]
    [InlineData("bpf profile", "<file>|--memory|--units|--dialect|--top|1 to 100000|--listing")]
    [InlineData("bpf conformance-plugin", "<memory>|--elf|--jit")]
    public async Task Help_names_every_option_with_its_bounds_and_default(string command, string expected)
    {
        ToolResult help = await Tool.RunAsync([.. Words(command), "--help"]);

        Assert.Equal(0, help.ExitCode);
        Assert.Equal("", help.Error);
        Assert.All(expected.Split('|'), text => Assert.Contains(text, help.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "command was not provided")]
    [InlineData("nod", "'nod'")]
    [InlineData("node --foo", "'--foo'")]
    [InlineData("node extra", "'extra'")]
    [InlineData("node --rpc-port", "--rpc-port")]
    [InlineData("node --rpc-port abc", "--rpc-port is 'abc': it must be a whole number, 0 to 65534.")]
    [InlineData("node --rpc-port -1", "--rpc-port is '-1': it must be a whole number, 0 to 65534.")]
    [InlineData("node --rpc-port 65535", "--rpc-port is '65535': it must be a whole number, 0 to 65534.")]
    [InlineData("node --rpc-port 99999999999", "--rpc-port is '99999999999': it must be a whole number, 0 to 65534.")]
    [InlineData("node --rpc-port 1 --rpc-port 2", "--rpc-port")]
    [InlineData("node --slot-ms 9", "--slot-ms is '9': it must be a whole number, 10 to 60000.")]
    [InlineData("node --slot-ms 60001", "--slot-ms is '60001': it must be a whole number, 10 to 60000.")]
    [InlineData("node --slot-ms 100.5", "--slot-ms is '100.5': it must be a whole number, 10 to 60000.")]
    [InlineData("node --demo-rate 0", "--demo-rate is '0': it must be a whole number, 1 to 1000000.")]
    [InlineData("node --demo-rate 1,5", "--demo-rate is '1,5': it must be a whole number, 1 to 1000000.")]
    [InlineData("node --demo-rate nan", "--demo-rate is 'nan': it must be a whole number, 1 to 1000000.")]
    [InlineData("node --workers 257", "--workers is '257': it must be a whole number, 1 to 256.")]
    [InlineData("node --bind localhost", "--bind is 'localhost': it must be an IP address")]
    [InlineData("node --bind 1", "--bind is '1': it must be an IP address")]
    [InlineData("node --bind 127.0.0.1:8899", "--bind is '127.0.0.1:8899': it must be an IP address")]
    [InlineData("node --ledger ''", "--ledger is empty")]
    [InlineData("pipeline --rate 0", "--rate is '0': it must be a whole number, 1 to 100000000.")]
    [InlineData("pipeline --ring 100", "--ring is '100': it must be a power of two.")]
    [InlineData("pipeline --threads 3", "--threads is '3': it must be 0, 1, 2 or 4.")]
    [InlineData("pipeline --source a --udp 5", "--source, --udp and --shared are different sources")]
    [InlineData("pipeline --shared a --udp 5", "--source, --udp and --shared are different sources")]
    [InlineData("pipeline --sink a --sink-shared b", "--sink, --sink-shared and --node are different outputs")]
    [InlineData("pipeline --udp-receive socket", "--udp-receive says how to receive datagrams: give a port by --udp")]
    [InlineData("pipeline --udp 5 --udp-receive pigeon", "--udp-receive is 'pigeon': it must be one of auto, io_uring, recvmmsg, socket.")]
    [InlineData("pipeline --shared ''", "--shared is empty")]
    [InlineData("bench udp --count 0", "--count is '0': it must be a whole number, 1 to 50000000.")]
    [InlineData("pipeline --source ''", "--source is empty")]
    [InlineData("replay", "--ledger")]
    [InlineData("replay --ledger ''", "--ledger is empty")]
    [InlineData("replay --ledger x --workers 0", "--workers is '0': it must be a whole number, 1 to 256.")]
    [InlineData("keygen ''", "file is empty")]
    [InlineData("keygen a b", "'b'")]
    [InlineData("node --metrics-file ''", "--metrics-file is empty")]
    [InlineData("top", "file|pid")]
    [InlineData("top x --interval 49", "--interval is '49': it must be a whole number, 50 to 60000.")]
    [InlineData("bench metrics --count 0", "--count is '0': it must be a whole number, 1 to 50000000.")]
    [InlineData("bench", "command was not provided")]
    [InlineData("bench ring --count x", "--count is 'x': it must be a whole number, 1 to 50000000.")]
    [InlineData("bench ring --runs 0", "--runs is '0': it must be a whole number, 1 to 1000.")]
    [InlineData("bench svm --count 65537", "--count is '65537': it must be a whole number, 1 to 65536.")]
    [InlineData("bench clock --count 0", "--count is '0': it must be a whole number, 1 to 50000000.")]
    [InlineData("host extra", "'extra'")]
    [InlineData("bench bpf --count 1", "'--count'")]
    [InlineData("bpf", "command was not provided")]
    [InlineData("bpf run", "file")]
    [InlineData("bpf run ''", "file is empty")]
    [InlineData("bpf asm x --dialect book", "--dialect is 'book': it must be one of ebpf, sbpf-v0, sbpf-v1, sbpf-v2, sbpf-v3, ebpf-book.")]
    [InlineData("bpf run x --dialect ebpf-book", "--dialect is 'ebpf-book': such programs run on a book, in a BookVirtualMachine; here they are assembled, disassembled and verified.")]
    [InlineData("bpf run x --dialect sbpf", "--dialect is 'sbpf': it must be one of ebpf, sbpf-v0, sbpf-v1, sbpf-v2, sbpf-v3.")]
    [InlineData("bpf run x --memory 0", "the memory is '0': it must be hex, two digits a byte, or @ and the path of a file.")]
    [InlineData("bpf run x --units -1", "--units is '-1': it must be a whole number, 0 to 2147483647.")]
    [InlineData("bpf run x --host linux", "--host is 'linux': it must be standard or none.")]
    [InlineData("bpf run x --seed -1", "--seed is '-1': it must be a whole number, 0 to 2147483647.")]
    [InlineData("bpf run x --snapshot ''", "--snapshot is empty")]
    [InlineData("bpf trace x --resume ''", "--resume is empty")]
    [InlineData("bpf asm x -o ''", "--output is empty")]
    public async Task A_bad_command_line_is_named_on_standard_error_with_its_bounds_and_ends_with_2(
        string line, string expected)
    {
        ToolResult result = await Tool.RunAsync(Words(line));

        Assert.Equal(2, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.StartsWith("velox: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Contains("--help'", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_output_can_be_written_the_reason_is_told_and_no_stack()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here: run it on Linux.");
        ToolResult result = await Tool.RunInShellAsync("velox bench ring --json --runs 1 --count 1000 > /dev/full");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("velox: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_in_a_pipe_is_plain_text_and_json_is_one_object()
    {
        ToolResult table = await Tool.RunAsync("bench", "ring", "--runs", "1", "--count", "1000");
        Assert.Equal((0, ""), (table.ExitCode, table.Error));
        Assert.DoesNotContain('\e', table.Output);

        ToolResult json = await Tool.RunAsync("bench", "ring", "--runs", "1", "--count", "1000", "--json");
        using var document = System.Text.Json.JsonDocument.Parse(json.Output);
        Assert.Equal(1, document.RootElement.GetProperty("runs").GetInt32());
        Assert.True(document.RootElement.GetProperty("lines")[0].GetProperty("value").GetDouble() > 0);
    }

    [Fact]
    public async Task The_clock_is_measured_beside_the_stopwatch()
    {
        ToolResult json = await Tool.RunAsync("bench", "clock", "--runs", "1", "--count", "1000", "--json");

        Assert.Equal((0, ""), (json.ExitCode, json.Error));
        using var document = System.Text.Json.JsonDocument.Parse(json.Output);
        System.Text.Json.JsonElement line = document.RootElement.GetProperty("lines")[0];
        Assert.StartsWith("TscClock.NowNanos", line.GetProperty("name").GetString(), StringComparison.Ordinal);
        Assert.Equal("Stopwatch.GetTimestamp", line.GetProperty("peer").GetString());
        Assert.True(line.GetProperty("ratio").GetDouble() > 0);
    }

    private static string[] Words(string line) =>
        [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word == "''" ? "" : word)];
}
