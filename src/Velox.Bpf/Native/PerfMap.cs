using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Velox.Bpf;

/// <summary>Tells Linux perf what native code is: <c>/tmp/perf-PID.map</c>, where <c>VELOX_BPF_PERF_MAP</c> is 1 at the start.</summary>
/// <remarks>
/// A line per function: start and bytes in hex, name (tools/perf/Documentation/jit-interface.txt). The format knows no end of
/// code: where memory was used again, perf may name a program that was there before. All members are thread-safe.
/// </remarks>
internal static partial class PerfMap
{
    private const string Variable = "VELOX_BPF_PERF_MAP";

    private static readonly SafeFileHandle? MapFile = Environment.GetEnvironmentVariable(Variable) == "1" ? TryOpen() : null;
    private static int ProgramCount;

    /// <summary>Adds a program's functions to the map, when there is one.</summary>
    internal static void Add(BpfProgram program, NativeProgram native)
    {
        if (MapFile is null)
            return;
        byte[] lines = Encoding.UTF8.GetBytes(Describe(program, native, Interlocked.Increment(ref ProgramCount)));
        try
        {
            // One write at the file's end, wherever others have moved that: the offset has no meaning here.
            RandomAccess.Write(MapFile, lines, fileOffset: 0);
        }
        catch (IOException)
        {
            // A map with a gap is no reason to stop a program.
        }
    }

    /// <summary>The lines of a program. What lies out of line belongs to the last function.</summary>
    /// <param name="program">The program.</param>
    /// <param name="native">Its code.</param>
    /// <param name="number">Tells it from other programs of the process.</param>
    internal static string Describe(BpfProgram program, NativeProgram native, int number)
    {
        var labels = new Disassembler(program.Image, program.Host);
        var lines = new StringBuilder();
        ulong start = native.AddressOfEntry;
        ulong end = start + (ulong)native.CodeBytes;
        string name = "enter_and_leave";
        for (int index = 0; index < program.Count; index++)
        {
            if (!native.Flow.IsFunction(index) || !native.HasEntry(index))
                continue;
            Append(native.AddressOf(index));
            name = labels.NameAt(index) ?? $"function_{index}";
        }

        Append(end);
        return lines.ToString();

        void Append(ulong next)
        {
            if (next > start)
                lines.Append(CultureInfo.InvariantCulture, $"{start:x} {next - start:x} bpf{number}::{name}\n");
            start = next;
        }
    }

    private static SafeFileHandle? TryOpen()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        const int writeOnly = 1;
        const int create = 0x40;
        const int append = 0x400;
        const int closeOnExec = 0x80000;
        // Everybody can guess the name: a link that somebody has put there is not followed.
        int noFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;
        const int mode = 0x1a4; // rw-r--r--
        int file = Open($"/tmp/perf-{Environment.ProcessId}.map", writeOnly | create | append | closeOnExec | noFollow, mode);
        return file < 0 ? null : new SafeFileHandle(file, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);
}
