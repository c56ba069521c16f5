namespace Velox.Bpf;

/// <summary>
/// Code that makes written instructions visible to where they are fetched from: AArch64 does not see to it by itself.
/// </summary>
/// <remarks>
/// <para>Linux lets programs do this (SCTLR_EL1.UCI and UCT). The function that compilers offer for it, <c>__clear_cache</c>,
/// is in libgcc and cleans one address, where we write at one and execute at another.</para>
/// <para>The routine itself needs no such care when it is written before its page is executed for the first time: the kernel
/// cleans a page that it maps for execution.</para>
/// <para>Arm Architecture Reference Manual, DDI 0487, B2.4.4 and CTR_EL0. Executed in tests under an emulator only: .NET has
/// not run this on real hardware yet.</para>
/// </remarks>
internal static unsafe class Arm64InstructionCache
{
    /// <summary>Room for the routine.</summary>
    internal const int MaxBytes = 128;

    /// <summary>
    /// Writes a C function that takes where code was written (x0), where it is executed (x1) and its bytes, above 0 (x2).
    /// </summary>
    /// <returns>Bytes written.</returns>
    internal static int EmitRoutine(byte* buffer)
    {
        var code = new Arm64Assembler(buffer);
        code.ReadCacheType(Arm64.X3);
        EmitLoop(ref code, Arm64.X0, lineField: 16, isData: true);
        code.DataBarrier();
        EmitLoop(ref code, Arm64.X1, lineField: 0, isData: false);
        code.DataBarrier();
        code.InstructionBarrier();
        code.Return();
        return code.Position;
    }

    /// <summary>Every line from a register's address on; the type register has the logarithm of the line's words in four bits.</summary>
    private static void EmitLoop(ref Arm64Assembler code, Arm64 address, int lineField, bool isData)
    {
        const Arm64 line = Arm64.X4, end = Arm64.X5, mask = Arm64.X6;
        code.ExtractBits(line, Arm64.X3, lineField, 4);
        code.MoveImmediate(mask, 4);
        code.Binary(true, Arm64Binary.ShiftLeft, line, mask, line);
        code.Sum(true, Arm64Sum.Add, end, address, Arm64.X2);
        code.Sum(true, Arm64Sum.Sub, mask, Arm64.Zero, line);
        code.Logic(true, Arm64Logic.And, address, address, mask);
        int loop = code.Position;
        if (isData)
            code.CleanDataLine(address);
        else
            code.InvalidateInstructionLine(address);
        code.Sum(true, Arm64Sum.Add, address, address, line);
        code.Sum(true, Arm64Sum.SubFlags, Arm64.Zero, address, end);
        code.Patch(code.JumpIf(Arm64Condition.Below), loop);
    }
}
