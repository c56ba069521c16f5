using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Velox.Cryptography;

/// <summary>Solana's keypair files: a JSON array of 64 numbers, the bytes of the seed and of the public key.</summary>
public static class KeypairFile
{
    // 64 numbers of three digits need 257 bytes; the rest is for white space.
    private const int MaxFileLength = 4096;

    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not a keypair; the message names the file and the reason.
    /// </exception>
    public static Keypair Load(string path)
    {
        byte[] text = new byte[MaxFileLength + 1];
        byte[] secret = new byte[Keypair.SecretSize];
        try
        {
            using FileStream file = File.OpenRead(path);
            int length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            if (length > MaxFileLength)
                throw new InvalidDataException($"Longer than {MaxFileLength} bytes.");
            ReadArray(text.AsSpan(0, length), secret);
            return Keypair.FromSecretBytes(secret);
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException or ArgumentException)
        {
            throw new InvalidDataException($"'{path}' is not a keypair file: {exception.Message}", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Writes the file whole or not at all; on Unix only the owner may read and write it.</summary>
    /// <param name="path">The file; its directory must exist.</param>
    /// <param name="keypair">What to write.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is an error.</param>
    /// <exception cref="IOException">The file exists and may not be replaced, or cannot be written.</exception>
    public static void Save(string path, Keypair keypair, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(keypair);
        byte[] secret = keypair.ToSecretBytes();
        string temporaryPath = path + ".new";
        // A leftover of a crash may have another mode; a new file gets its mode before it gets its bytes.
        File.Delete(temporaryPath);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(temporaryPath, options))
            {
                file.Write(Encoding.ASCII.GetBytes($"[{string.Join(',', secret)}]"));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporaryPath, path, overwrite);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            File.Delete(temporaryPath);
        }
    }

    private static void ReadArray(ReadOnlySpan<byte> text, Span<byte> secret)
    {
        var reader = new Utf8JsonReader(text);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new InvalidDataException($"Expected a JSON array of {secret.Length} numbers.");

        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == secret.Length)
                throw new InvalidDataException($"The array has more than {secret.Length} numbers.");
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetByte(out secret[count]))
                throw new InvalidDataException($"Entry {count} of the array is not a number from 0 to 255.");
            count++;
        }

        if (count < secret.Length)
            throw new InvalidDataException($"The array has {count} numbers, expected {secret.Length}.");
        if (reader.Read())
            throw new InvalidDataException("Something follows the array.");
    }
}
