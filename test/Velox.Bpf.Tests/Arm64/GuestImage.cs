using System.Buffers.Binary;

namespace Velox.Bpf.Tests;

/// <summary>An AArch64 program without libraries that does what its standard input tells it: see <see cref="Arm64Guest"/>.</summary>
internal static unsafe class GuestImage
{
    /// <summary>Memory of the guest for everything. Near the program: the emulator prepares all that lies between.</summary>
    internal const ulong MemoryAddress = 0x5eed_0000;

    internal const ulong MemoryBytes = 1ul << 27;

    private const ulong ProgramAddress = 0x40_0000;
    private const int HeaderBytes = 64 + (2 * 56);
    private const int ReadCall = 63, WriteCall = 64, ExitCall = 93;
    private const int MessageBytes = 32;
    private const int FrameBytes = 128;
    private const int MessagePlace = 96;

    /// <summary>Callee-saved registers that a called program must not change, beside those that serving needs itself.</summary>
    private const Arm64 FirstKept = Arm64.X21, LastKept = Arm64.X28;

    /// <summary>The file, and the addresses of the functions that stand for the host's, by the kind of their message from 1.</summary>
    internal static byte[] Build(out ulong[] callOuts)
    {
        byte[] buffer = new byte[4096];
        callOuts = new ulong[3];
        fixed (byte* start = buffer)
        {
            var code = new Arm64Assembler(start);
            code.Skip(HeaderBytes);
            int toServe = code.Call();
            int exit = EmitExit(ref code);
            int read = EmitTransfer(ref code, exit, descriptor: 0, ReadCall);
            int write = EmitTransfer(ref code, exit, descriptor: 1, WriteCall);
            int serve = EmitServe(ref code, read, write);
            code.Patch(toServe, serve);
            for (int i = 0; i < callOuts.Length; i++)
                callOuts[i] = ProgramAddress + (ulong)EmitCallOut(ref code, i + 1, write, serve);
            WriteHeaders(buffer, code.Position);
            return buffer[..code.Position];
        }
    }

    private static int EmitExit(ref Arm64Assembler code)
    {
        int position = code.Position;
        code.MoveImmediate(Arm64.X0, 0);
        code.MoveImmediate(Arm64.X8, ExitCall);
        code.SystemCall();
        return position;
    }

    /// <summary>Reads or writes x2 bytes at x1; at the end of the input ends the process.</summary>
    private static int EmitTransfer(ref Arm64Assembler code, int exit, int descriptor, int call)
    {
        int position = code.Position;
        int done = code.JumpIfZero(true, isZero: true, Arm64.X2);
        code.MoveImmediate(Arm64.X0, descriptor);
        code.MoveImmediate(Arm64.X8, call);
        code.SystemCall();
        code.TrySum(true, Arm64Sum.SubFlags, Arm64.Zero, Arm64.X0, 0);
        code.Patch(code.JumpIf(Arm64Condition.LessOrEqual), exit);
        code.Sum(true, Arm64Sum.Add, Arm64.X1, Arm64.X1, Arm64.X0);
        code.Sum(true, Arm64Sum.Sub, Arm64.X2, Arm64.X2, Arm64.X0);
        code.JumpTo(position);
        code.PatchHere(done);
        code.Return();
        return position;
    }

    /// <summary>Obeys commands of three words (what, address, argument) until one says to return, with the address as result.</summary>
    private static int EmitServe(ref Arm64Assembler code, int read, int write)
    {
        int position = code.Position;
        EnterFrame(ref code);
        int loop = code.Position;
        PrepareMessage(ref code, 24);
        code.CallTo(read);
        code.LoadPair(Arm64.X19, Arm64.X20, Arm64.StackPointer, MessagePlace);
        code.Load(8, false, Arm64.X2, Arm64.StackPointer, MessagePlace + 16);
        code.Move(true, Arm64.X1, Arm64.X20);
        int[] skips = new int[3];
        for (int command = 0; command < skips.Length; command++)
        {
            code.TrySum(true, Arm64Sum.SubFlags, Arm64.Zero, Arm64.X19, command);
            skips[command] = code.JumpIf(Arm64Condition.NotEqual);
            if (command == (int)GuestCommand.Write)
                code.CallTo(read);
            else if (command == (int)GuestCommand.Read)
                code.CallTo(write);
            else
                EmitCall(ref code, write);
            code.JumpTo(loop);
            code.PatchHere(skips[command]);
        }

        code.Move(true, Arm64.X0, Arm64.X20);
        LeaveFrame(ref code);
        return position;
    }

    /// <summary>Calls x20 with x2; answers with the result, and with 0 when it kept the registers that it must.</summary>
    private static void EmitCall(ref Arm64Assembler code, int write)
    {
        for (Arm64 register = FirstKept; register <= LastKept; register++)
            code.MoveImmediate(register, (int)register);
        code.Move(true, Arm64.X0, Arm64.X2);
        code.CallRegister(Arm64.X20);
        code.MoveImmediate(Arm64.X1, 0);
        for (Arm64 register = FirstKept; register <= LastKept; register++)
        {
            code.TrySum(true, Arm64Sum.Sub, Arm64.X2, register, (int)register);
            code.Logic(true, Arm64Logic.Or, Arm64.X1, Arm64.X1, Arm64.X2);
        }

        code.StorePair(Arm64.Zero, Arm64.X0, Arm64.StackPointer, MessagePlace);
        code.StorePair(Arm64.X1, Arm64.Zero, Arm64.StackPointer, MessagePlace + 16);
        PrepareMessage(ref code, MessageBytes);
        code.CallTo(write);
    }

    /// <summary>Tells what was called with which arguments, serves until told to return, and spoils what a callee may.</summary>
    private static int EmitCallOut(ref Arm64Assembler code, int kind, int write, int serve)
    {
        int position = code.Position;
        EnterFrame(ref code);
        code.MoveImmediate(Arm64.X9, kind);
        code.StorePair(Arm64.X9, Arm64.X1, Arm64.StackPointer, MessagePlace);
        code.StorePair(Arm64.X2, Arm64.Zero, Arm64.StackPointer, MessagePlace + 16);
        PrepareMessage(ref code, MessageBytes);
        code.CallTo(write);
        code.CallTo(serve);
        for (Arm64 register = Arm64.X1; register <= Arm64.X18; register++)
            code.MoveImmediate(register, 0x0bad_0bad_0bad_0bad);
        LeaveFrame(ref code);
        return position;
    }

    private static void PrepareMessage(ref Arm64Assembler code, int bytes)
    {
        code.TrySum(true, Arm64Sum.Add, Arm64.X1, Arm64.StackPointer, MessagePlace);
        code.MoveImmediate(Arm64.X2, bytes);
    }

    private static void EnterFrame(ref Arm64Assembler code)
    {
        code.StorePair(Arm64.X29, Arm64.X30, Arm64.StackPointer, -FrameBytes, Arm64Index.Pre);
        for (int i = 1; i < 6; i++)
            code.StorePair(Arm64.X17 + (byte)(2 * i), Arm64.X18 + (byte)(2 * i), Arm64.StackPointer, 16 * i);
    }

    private static void LeaveFrame(ref Arm64Assembler code)
    {
        for (int i = 1; i < 6; i++)
            code.LoadPair(Arm64.X17 + (byte)(2 * i), Arm64.X18 + (byte)(2 * i), Arm64.StackPointer, 16 * i);
        code.LoadPair(Arm64.X29, Arm64.X30, Arm64.StackPointer, FrameBytes, Arm64Index.Post);
        code.Return();
    }

    /// <summary>An executable ELF file: this program, and memory without content.</summary>
    private static void WriteHeaders(Span<byte> file, int bytes)
    {
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file[16..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(file[18..], 183);
        BinaryPrimitives.WriteUInt32LittleEndian(file[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(file[24..], ProgramAddress + HeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(file[32..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(file[52..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(file[54..], 56);
        BinaryPrimitives.WriteUInt16LittleEndian(file[56..], 2);
        WriteSegment(file[64..], ProgramAddress, (ulong)bytes, (ulong)bytes);
        WriteSegment(file[120..], MemoryAddress, 0, MemoryBytes);
    }

    private static void WriteSegment(Span<byte> header, ulong address, ulong fileBytes, ulong memoryBytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], 7); // read, write, execute
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], fileBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], memoryBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], 4096);
    }
}
