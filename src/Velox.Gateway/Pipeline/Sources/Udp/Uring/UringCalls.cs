using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Velox.Gateway;

/// <summary>The system calls of <c>io_uring</c>, which the C library does not have as functions.</summary>
/// <remarks>Every argument is of register size, as the variadic C function expects them on 64-bit Linux.</remarks>
internal static unsafe partial class UringCalls
{
    private const int ReadAndWrite = 1 | 2;
    private const int SharedAndPopulated = 0x01 | 0x8000;
    private static readonly void* MapFailed = (void*)-1;

    internal static bool IsSupported =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <exception cref="IOException">The kernel does not have it, or forbids it.</exception>
    internal static SafeFileHandle Setup(uint entries, ref UringParameters parameters)
    {
        fixed (UringParameters* address = &parameters)
            return new SafeFileHandle((nint)Check("io_uring_setup", SystemCall(UringAbi.SetupCall, (nint)entries, (nint)address, 0, 0, 0, 0)), ownsHandle: true);
    }

    /// <exception cref="IOException">The kernel refuses.</exception>
    internal static void Register(SafeFileHandle ring, uint what, void* argument, uint count) =>
        Check("io_uring_register", SystemCall(UringAbi.RegisterCall, ring.DangerousGetHandle(), (nint)what, (nint)argument, (nint)count, 0, 0));

    /// <summary>Hands requests over, and has the kernel do what it put off till now; waits for nothing. Returns how many it took.</summary>
    /// <exception cref="IOException">The kernel refuses, and would again.</exception>
    internal static int Enter(nint ring, uint submitted)
    {
        long taken = SystemCall(UringAbi.EnterCall, ring, (nint)submitted, 0, (nint)UringAbi.EnterGetEvents, 0, 0);
        if (taken >= 0)
            return (int)taken;
        return Marshal.GetLastPInvokeError() is UringAbi.Interrupted or UringAbi.TryAgain or UringAbi.Busy ? 0 : (int)Check("io_uring_enter", taken);
    }

    /// <exception cref="IOException">There is no room for it.</exception>
    internal static byte* Map(SafeFileHandle ring, long offset, nuint bytes)
    {
        void* address = MemoryMap(null, bytes, ReadAndWrite, SharedAndPopulated, (int)ring.DangerousGetHandle(), offset);
        if (address == MapFailed)
            Check("mmap", -1);
        return (byte*)address;
    }

    internal static void Unmap(byte* address, nuint bytes)
    {
        if (address is not null)
            _ = MemoryUnmap(address, bytes);
    }

    private static long Check(string call, long result) =>
        result >= 0 ? result : throw new IOException($"{call}: {Marshal.GetLastPInvokeErrorMessage()} (error {Marshal.GetLastPInvokeError()})");

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, nint first, nint second, nint third, nint fourth, nint fifth, nint sixth);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* MemoryMap(void* address, nuint bytes, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MemoryUnmap(void* address, nuint bytes);
}
