using Velox.Bpf;

namespace Velox.Cli;

/// <summary>What a file or stream holds is no program.</summary>
internal sealed class ProgramFileException(string message) : Exception(message);

/// <summary>Programs in files: assembly or hex text by the name's ending, else an ELF file or raw bytecode.</summary>
internal static class ProgramFile
{
    /// <summary>Largest file of a program or its memory: 256 MiB.</summary>
    internal const int MaxBytes = 256 << 20;

    private static ReadOnlySpan<byte> ElfMagic => [0x7f, (byte)'E', (byte)'L', (byte)'F'];

    /// <summary>Reads a program.</summary>
    /// <param name="path"><c>.s</c> and <c>.asm</c> are assembly, <c>.hex</c> is hex text, everything else is bytes.</param>
    /// <param name="dialect">The instruction set.</param>
    /// <param name="host">What the program may call: ELF files find it by name.</param>
    /// <exception cref="ProgramFileException">The file holds no program.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static ProgramImage Load(string path, Dialect dialect, CommandLineHost host) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".s" or ".asm" => LoadAssembly(path, dialect),
        ".hex" => FromBytes(FromHex(ReadText(path), path), dialect, host, path),
        _ => FromBytes(ReadBytes(path), dialect, host, path),
    };

    /// <summary>Assembles a file, whatever its name.</summary>
    /// <exception cref="ProgramFileException">The text is no program.</exception>
    internal static ProgramImage LoadAssembly(string path, Dialect dialect) =>
        Assembler.TryAssemble(ReadText(path), dialect, out ProgramImage? image) is { } error
            ? throw new ProgramFileException($"{path}: {error}")
            : image!;

    /// <summary>The one place where bytes become a program: ELF files are told by their first bytes, the rest is bytecode.</summary>
    /// <param name="bytes">All of the file.</param>
    /// <param name="dialect">The instruction set of bytecode; ELF files say theirs.</param>
    /// <param name="host">What the program may call.</param>
    /// <param name="source">Where they come from, for errors.</param>
    /// <exception cref="ProgramFileException">They are no program.</exception>
    internal static ProgramImage FromBytes(byte[] bytes, Dialect dialect, CommandLineHost host, string source)
    {
        if (!bytes.AsSpan().StartsWith(ElfMagic))
            return RawProgram.Read(dialect, bytes);
        ElfError? error = ElfLoader.TryLoad(bytes, ElfOptions.Default, host.TableOf(Dialect.Ebpf), out ProgramImage? image);
        // Which dialect it is, and so what it may call, is known only now.
        if (image is { Dialect.SbpfVersion: not null })
            error = ElfLoader.TryLoad(bytes, ElfOptions.Default, host.TableOf(image.Dialect), out image);
        return error is null ? image! : throw new ProgramFileException($"{source}: {error.Message}");
    }

    /// <summary>Bytes of hex text; blanks and line breaks may stand anywhere between digits.</summary>
    /// <exception cref="ProgramFileException">It is no hex text.</exception>
    internal static byte[] FromHex(string text, string source) => TryParseHex(text, out byte[] bytes)
        ? bytes
        : throw new ProgramFileException($"{source}: this is no hex text: write two digits a byte, such as b700000000000000.");

    internal static bool TryParseHex(string text, out byte[] bytes)
    {
        string digits = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        bool isHex = digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit);
        bytes = isHex ? Convert.FromHexString(digits) : [];
        return isHex;
    }

    /// <exception cref="ProgramFileException">The file is too large.</exception>
    internal static byte[] ReadBytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return ReadBytes(file, path);
    }

    /// <summary>Reads to the end, wherever that is: the length of a pipe or device is not known before.</summary>
    /// <exception cref="ProgramFileException">There are more bytes than are read.</exception>
    internal static byte[] ReadBytes(Stream stream, string source)
    {
        using var bytes = new MemoryStream();
        byte[] part = new byte[64 << 10];
        for (int count = stream.Read(part); count > 0; count = stream.Read(part))
        {
            if (bytes.Length + count > MaxBytes)
                throw new ProgramFileException($"{source} has more than {MaxBytes} bytes; so many are read at most.");
            bytes.Write(part, 0, count);
        }

        return bytes.ToArray();
    }

    /// <summary>Text in UTF-8, or with the mark of another encoding in front.</summary>
    internal static string ReadText(Stream stream, string source)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes(stream, source)));
        return reader.ReadToEnd();
    }

    private static string ReadText(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return ReadText(file, path);
    }
}
