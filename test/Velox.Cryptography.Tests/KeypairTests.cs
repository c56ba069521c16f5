using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class KeypairTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("velox-keypair-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Generated_pairs_differ_and_sign()
    {
        var first = Keypair.Generate();
        var second = Keypair.Generate();
        Assert.NotEqual(first.PublicKey, second.PublicKey);
        Assert.True(Ed25519.Verify(first.PublicKey.Span, first.Sign("m"u8).Span, "m"u8));
        Assert.False(Ed25519.Verify(second.PublicKey.Span, first.Sign("m"u8).Span, "m"u8));
    }

    [Fact]
    public void Secret_bytes_round_trip_and_a_foreign_public_half_is_refused()
    {
        var keypair = Keypair.FromSeed(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
        byte[] secret = keypair.ToSecretBytes();
        Assert.Equal(keypair.PublicKey, Keypair.FromSecretBytes(secret).PublicKey);

        secret[40] ^= 1;
        Assert.Throws<ArgumentException>("secret", () => Keypair.FromSecretBytes(secret));
        Assert.Throws<ArgumentException>("secret", () => Keypair.FromSecretBytes(secret.AsSpan(1)));
        Assert.Throws<ArgumentException>("seed", () => Keypair.FromSeed(secret));
    }

    [Fact]
    public void A_file_round_trips_and_only_its_owner_may_read_it()
    {
        string path = Path.Combine(_folder, "id.json");
        var keypair = Keypair.Generate();
        KeypairFile.Save(path, keypair);

        Assert.Equal(keypair.ToSecretBytes(), KeypairFile.Load(path).ToSecretBytes());
        Assert.Equal("[" + string.Join(",", keypair.ToSecretBytes()) + "]", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void An_existing_file_is_replaced_only_when_asked()
    {
        string path = Path.Combine(_folder, "id.json");
        var first = Keypair.Generate();
        var second = Keypair.Generate();
        KeypairFile.Save(path, first);

        Assert.Throws<IOException>(() => KeypairFile.Save(path, second));
        Assert.Equal(first.PublicKey, KeypairFile.Load(path).PublicKey);
        KeypairFile.Save(path, second, overwrite: true);
        Assert.Equal(second.PublicKey, KeypairFile.Load(path).PublicKey);
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("{}", "JSON array")]
    [InlineData("[]", "0 numbers")]
    [InlineData("[1, 2, 3]", "3 numbers")]
    [InlineData("[1, 2, 256]", "Entry 2")]
    [InlineData("[-1]", "Entry 0")]
    [InlineData("[1.5]", "Entry 0")]
    [InlineData("[\"1\"]", "Entry 0")]
    [InlineData("[[1]]", "Entry 0")]
    [InlineData("[1, 2", "invalid end")]
    [InlineData("not json", "invalid")]
    public void A_malformed_file_is_named_with_the_reason(string text, string reason)
    {
        string path = Path.Combine(_folder, "broken.json");
        File.WriteAllText(path, text);
        var exception = Assert.Throws<InvalidDataException>(() => KeypairFile.Load(path));
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_the_wrong_public_half_or_anything_extra_is_refused()
    {
        string path = Path.Combine(_folder, "broken.json");
        byte[] secret = Keypair.Generate().ToSecretBytes();
        string good = "[" + string.Join(",", secret) + "]";
        AssertRefused(path, good + "[]", "invalid");
        AssertRefused(path, good.Replace("]", ",1]", StringComparison.Ordinal), "more than 64");
        AssertRefused(path, good + new string(' ', 4096), "4096 bytes");
        secret[63] ^= 1;
        AssertRefused(path, "[" + string.Join(",", secret) + "]", "public key");
        File.WriteAllText(path, " " + good + "\n");
        Assert.Equal(secret[..32], KeypairFile.Load(path).ToSecretBytes()[..32]);
    }

    [Fact]
    public void A_missing_file_is_an_io_error_that_names_it()
    {
        string path = Path.Combine(_folder, "missing.json");
        var exception = Assert.Throws<FileNotFoundException>(() => KeypairFile.Load(path));
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_bytes_in_a_file_never_give_another_error()
    {
        string path = Path.Combine(_folder, "fuzz.json");
        string good = "[" + string.Join(",", Keypair.FromSeed(new byte[32]).ToSecretBytes()) + "]";
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = System.Text.Encoding.ASCII.GetBytes(good);
            for (int i = random.Next(4); i >= 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, bytes);
            Exception? exception = Record.Exception(() => KeypairFile.Load(path));
            Assert.True(exception is null or InvalidDataException, $"seed {seed}: {exception}");
        }
    }

    private static void AssertRefused(string path, string text, string reason)
    {
        File.WriteAllText(path, text);
        var exception = Assert.Throws<InvalidDataException>(() => KeypairFile.Load(path));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }
}
