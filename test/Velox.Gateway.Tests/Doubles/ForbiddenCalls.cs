using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Xunit;

namespace Velox.Gateway.Tests;

/// <summary>A kernel that forbids some system calls, as a container's does: for one thread, by a seccomp filter.</summary>
internal static unsafe partial class ForbiddenCalls
{
    internal const uint IoUringSetup = 425;
    internal const uint IoUringEnter = 426;

    // Flags of BPF instructions, and what a filter returns: allowed, or "operation not permitted".
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort Return = 0x06;
    private const uint Allow = 0x7FFF_0000;
    private const uint NotPermitted = 0x0005_0001;

    private const int SetNoNewPrivileges = 38;
    private const int SetSeccomp = 22;
    private const nuint FilterMode = 2;

    internal static uint Recvmmsg => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? 243u : 299u;

    /// <summary>Runs something on a thread of its own, whose filter ends with it.</summary>
    internal static void Run(uint[] forbidden, Action action)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has seccomp filters.");
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Forbid(forbidden);
                action();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static void Forbid(uint[] calls)
    {
        // The number of the call stands first in what a filter sees.
        List<Instruction> program = [new(LoadWord, 0, 0, 0)];
        foreach (uint call in calls)
            program.AddRange([new(JumpIfEqual, 0, 1, call), new(Return, 0, 0, NotPermitted)]);
        program.Add(new(Return, 0, 0, Allow));
        Instruction[] instructions = [.. program];

        // Unsafe: the kernel copies the program during the call.
        fixed (Instruction* first = instructions)
        {
            var filter = new Filter { Length = (ushort)instructions.Length, Instructions = first };
            Assert.Equal(0, ProcessControl(SetNoNewPrivileges, 1, 0, 0, 0));
            Assert.SkipUnless(ProcessControl(SetSeccomp, FilterMode, (nuint)(&filter), 0, 0) == 0, "The kernel takes no seccomp filter.");
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessControl(int what, nuint first, nuint second, nuint third, nuint fourth);

    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);

    private struct Filter
    {
        internal ushort Length;
        internal Instruction* Instructions;
    }
}
