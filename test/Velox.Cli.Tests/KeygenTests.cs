using System.Text.Json;
using Velox.Cryptography;
using Velox.Testing;
using Xunit;

namespace Velox.Cli.Tests;

public sealed class KeygenTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_key_is_64_numbers_that_only_its_owner_reads_and_its_address_is_printed()
    {
        string file = _folder.File("id.json");
        ToolResult result = await Tool.RunAsync("keygen", file);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal($"{KeypairFile.Load(file).PublicKey}", result.Output.Trim());
        Assert.Equal(64, JsonSerializer.Deserialize<int[]>(File.ReadAllText(file))!.Length);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_key_is_replaced_only_by_force()
    {
        string file = _folder.File("id.json");
        await Tool.RunAsync("keygen", file);
        string first = File.ReadAllText(file);

        ToolResult refused = await Tool.RunAsync("keygen", file);
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("--force", refused.Error, StringComparison.Ordinal);
        Assert.Equal(first, File.ReadAllText(file));

        ToolResult forced = await Tool.RunAsync("keygen", "--force", file);
        Assert.Equal((0, ""), (forced.ExitCode, forced.Error));
        Assert.Equal($"{KeypairFile.Load(file).PublicKey}", forced.Output.Trim());
        Assert.NotEqual(first, File.ReadAllText(file));
        Assert.Equal([file], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_place_that_takes_no_key_is_named()
    {
        string absent = Path.Combine(_folder.Path, "absent", "id.json");
        foreach (string file in (string[])[absent, _folder.Path])
        {
            ToolResult result = await Tool.RunAsync("keygen", "--force", file);
            Assert.Equal((1, ""), (result.ExitCode, result.Output));
            Assert.Contains(file, result.Error, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }
}
