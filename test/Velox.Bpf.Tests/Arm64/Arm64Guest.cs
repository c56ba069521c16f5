using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Velox.Bpf.Tests;

/// <summary>What a guest can be told to do.</summary>
internal enum GuestCommand
{
    Write,
    Read,
    Call,
    Return,
}

/// <summary>Asked by the guest to do what the function of that kind does on the host; gives its result.</summary>
internal delegate ulong GuestCallOut(int kind, ulong argument1, ulong argument2);

/// <summary>An AArch64 process under qemu-aarch64: its memory can be written and read, and functions in it called.</summary>
internal sealed class Arm64Guest : IDisposable
{
    private readonly Process _process;
    private readonly BufferedStream _commands;
    private readonly Stream _answers;

    internal Arm64Guest(string emulator)
    {
        string file = Path.GetTempFileName();
        File.WriteAllBytes(file, GuestImage.Build(out ulong[] callOuts));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        CallOuts = callOuts;
        _process = Process.Start(new ProcessStartInfo(emulator, [file])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _commands = new BufferedStream(_process.StandardInput.BaseStream, 1 << 16);
        _answers = _process.StandardOutput.BaseStream;
        Read(GuestImage.MemoryAddress, stackalloc byte[1]); // now the file is loaded
        File.Delete(file);
    }

    /// <summary>Functions in the guest that ask the host: those of kind 1, 2 and so on.</summary>
    internal ulong[] CallOuts { get; }

    internal void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        Send(GuestCommand.Write, address, (ulong)bytes.Length);
        _commands.Write(bytes);
    }

    internal void Read(ulong address, Span<byte> bytes)
    {
        Send(GuestCommand.Read, address, (ulong)bytes.Length);
        _commands.Flush();
        _answers.ReadExactly(bytes);
    }

    /// <summary>Calls a function of one argument by the C convention.</summary>
    internal ulong Call(ulong function, ulong argument, GuestCallOut callOut)
    {
        Send(GuestCommand.Call, function, argument);
        Span<ulong> message = stackalloc ulong[4];
        while (true)
        {
            _commands.Flush();
            _answers.ReadExactly(MemoryMarshal.AsBytes(message));
            if (message[0] == 0)
                break;
            Send(GuestCommand.Return, callOut((int)message[0], message[1], message[2]), 0);
        }

        if (message[2] != 0)
            throw new InvalidOperationException("The function called changed a register that it must keep.");
        return message[1];
    }

    public void Dispose()
    {
        _process.StandardInput.Close(); // the guest ends at the end of its input
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Send(GuestCommand command, ulong address, ulong argument) =>
        _commands.Write(MemoryMarshal.AsBytes<ulong>([(ulong)command, address, argument]));
}
