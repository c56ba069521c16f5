using System.Runtime.Intrinsics.X86;
using Velox.Bpf;

namespace Velox.BookVm;

/// <summary>A price check of 64, 128, 192 or 256 prices as AVX2 code in its place, on x86-64 processors that have it.</summary>
/// <remarks>
/// <para>Other numbers, memory that is not at hand and arguments to refuse are left to the function. A turn of the loop compares 32
/// prices: their 64-bit masks are packed to bytes, put back in order, and become 32 bits of the result.</para>
/// <para>The program's registers with arguments are kept in vector registers while the loop uses them.</para>
/// </remarks>
internal sealed class PriceCheckEmitter(PriceTest test) : AddedEmitter
{
    private const int PricesPerTurn = 32;
    private const int LoopVectors = PricesPerTurn * sizeof(ulong) / 32;

    // Vector registers; 0 to 7 are the prices.
    private const int Sign = 8, Bound = 9, KeptPrices = 10, KeptFirst = 13;

    // rcx and rdx, the free registers.
    private const int Prices = 1, Mask = 2;

    private const NativeRegister Free0 = NativeRegister.Free0;
    private const NativeRegister Free1 = NativeRegister.Free1;

    public override bool Supports(NativeArchitecture architecture) =>
        architecture == NativeArchitecture.X64 && Avx2.IsSupported && Popcnt.IsSupported;

    public override void Emit<TCode>(ref TCode code, InstructionWord instruction)
    {
        EmitChecks(ref code);
        Span<byte> buffer = stackalloc byte[MaxBytes];

        // Prices are looked up first, and wait in a vector register for the mask.
        code.Move(Free1, NativeRegister.R2);
        code.ShiftLeft(Free1, 3);
        code.HostAddress(NativeRegister.R1, Free1, isStore: false);
        var keep = new X64Vectors(buffer);
        keep.ToVector(KeptPrices, Prices);
        code.Machine(keep.Written);
        code.Move(Free1, NativeRegister.R2);
        code.ShiftRight(Free1, 3);
        code.HostAddress(NativeRegister.R4, Free1, isStore: true);

        var loop = new X64Vectors(buffer);
        EmitLoop(
            ref loop, code.NumberOf(NativeRegister.R1), code.NumberOf(NativeRegister.R2), code.NumberOf(NativeRegister.R3),
            code.NumberOf(NativeRegister.R4), code.NumberOf((NativeRegister)instruction.Destination));
        code.Machine(loop.Written);
    }

    /// <summary>Falls back unless the number is 64, 128, 192 or 256 and the mask lies outside of the prices.</summary>
    private static void EmitChecks<TCode>(ref TCode code)
        where TCode : struct, INativeCode, allows ref struct
    {
        // count - 64 is at most 192 and has no bits but those of 192.
        code.Constant(Free1, 64);
        code.Move(Free0, NativeRegister.R2);
        code.Compute(NativeArithmetic.Subtract, Free0, Free1);
        code.Constant(Free1, ShardedBook.MaxBulk - 64);
        code.FallBackIf(NativeCondition.UnsignedAbove, Free0, Free1);
        code.Compute(NativeArithmetic.And, Free1, Free0);
        code.FallBackIf(NativeCondition.NotEqual, Free0, Free1);

        code.Move(Free1, NativeRegister.R2);
        code.ShiftLeft(Free1, 3);
        code.Move(Free0, NativeRegister.R4);
        code.Compute(NativeArithmetic.Subtract, Free0, NativeRegister.R1);
        code.FallBackIf(NativeCondition.UnsignedBelow, Free0, Free1);
        code.ShiftRight(Free1, 6);
        code.Move(Free0, NativeRegister.R1);
        code.Compute(NativeArithmetic.Subtract, Free0, NativeRegister.R4);
        code.FallBackIf(NativeCondition.UnsignedBelow, Free0, Free1);
    }

    /// <summary>From here on nothing falls back. The host address of the mask is in rcx.</summary>
    private void EmitLoop(ref X64Vectors code, int r1, int r2, int r3, int r4, int destination)
    {
        code.Move(Mask, Prices);
        code.FromVector(Prices, KeptPrices);
        code.ToVector(KeptFirst, r1);
        code.ToVector(KeptFirst + 1, r2);
        code.ToVector(KeptFirst + 2, r4);

        // There is no unsigned comparison: with their highest bits turned, unsigned numbers compare as signed ones.
        code.Ones(Sign);
        code.ShiftLeft(Sign, 63);
        code.ToVector(Bound, r3);
        code.Broadcast(Bound, Bound);
        code.Xor(Bound, Bound, Sign);

        (int bits, int end, int passing) = (r1, r2, r4);
        code.ShiftRegisterLeft(end, 3);
        code.SubtractImmediate(Prices, -128); // so that displacements of one byte reach all vectors of a turn
        code.Add(end, Prices);
        code.Clear(passing);
        int start = code.Position;
        for (int i = 0; i < LoopVectors; i++)
        {
            code.XorWithMemory(i, Sign, (i * 32) - 128);
            // What does not pass: above the bound, or below it.
            (int left, int right) = test == PriceTest.AtMost ? (i, Bound) : (Bound, i);
            code.Greater(i, left, right);
        }

        EmitPack(ref code);
        code.MoveMask(bits, 0);
        code.Not32(bits);
        code.Store32AtRdx(bits);
        code.CountBits32(bits, bits);
        code.Add(passing, bits);
        code.SubtractImmediate(Mask, -4);
        code.SubtractImmediate(Prices, -128);
        code.SubtractImmediate(Prices, -128);
        code.Compare(Prices, end);
        code.JumpBackIfBelow(start);

        code.Move(Prices, passing);
        code.FromVector(r1, KeptFirst);
        code.FromVector(r2, KeptFirst + 1);
        code.FromVector(r4, KeptFirst + 2);
        code.Move(destination, Prices);
        code.ZeroUpper();
    }

    /// <summary>Eight vectors of four 64-bit masks become 32 bytes, in the order of the prices.</summary>
    private static void EmitPack(ref X64Vectors code)
    {
        for (int i = 0; i < LoopVectors; i += 2)
            code.EvenParts(i, i, i + 1);
        code.Pack32(0, 0, 2);
        code.Pack32(4, 4, 6);
        code.Pack16(0, 0, 4);

        // Now the lower half has the first two prices of each vector, the upper half the other two.
        code.UpperHalf(1, 0);
        code.InterleaveHigh(2, 0, 1);
        code.InterleaveLow(0, 0, 1);
        code.WithUpperHalf(0, 0, 2);
    }
}
