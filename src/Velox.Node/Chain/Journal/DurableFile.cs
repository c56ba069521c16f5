using System.Runtime.InteropServices;

namespace Velox.Node;

/// <summary>Creates files that a crash leaves either whole or absent.</summary>
internal static partial class DurableFile
{
    /// <summary>Writes a new file beside its name, then renames it, and syncs file and directory.</summary>
    /// <exception cref="IOException">The file exists already or cannot be written.</exception>
    internal static void Create(string path, ReadOnlySpan<byte> content)
    {
        string temporaryPath = path + ".new";
        using (var file = new FileStream(temporaryPath, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporaryPath, path, overwrite: false);
        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Whether a file was not opened because another process, or this one, holds it.</summary>
    internal static bool IsOpenElsewhere(IOException exception)
    {
        // What .NET gives for it: ERROR_SHARING_VIOLATION on Windows, elsewhere EWOULDBLOCK of flock.
        const int sharingViolation = unchecked((int)0x80070020);
        const int wouldBlockLinux = 11;
        const int wouldBlockBsd = 35;
        return exception.HResult is sharingViolation or wouldBlockLinux or wouldBlockBsd;
    }

    /// <summary>
    /// Makes names that were added to or removed from a directory durable. Windows does that by itself.
    /// </summary>
    internal static void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return;

        // .NET opens no directories, and without this a crash may forget a file whose content is on the disk.
        int descriptor = Open(path, 0);
        if (descriptor < 0)
            throw new IOException($"Cannot open the directory '{path}' (errno {Marshal.GetLastPInvokeError()}).");
        int result = FSync(descriptor);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result != 0)
            throw new IOException($"Cannot sync the directory '{path}' (errno {error}).");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
