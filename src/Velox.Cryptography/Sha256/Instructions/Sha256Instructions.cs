using System.Runtime.Intrinsics.X86;
using Velox.Primitives;
using ArmSha256 = System.Runtime.Intrinsics.Arm.Sha256;

namespace Velox.Cryptography;

/// <summary>The compression of SHA-256 by the processor's own instructions for it: x86's SHA extensions, ARM64's SHA2.</summary>
/// <remarks>
/// .NET has a class for ARM64's and none for x86's, for which code is written into an executable page; where the system refuses
/// one, the processor counts as one that lacks them. States are 8 words, blocks 64 bytes, sums 64 words.
/// Unsafe: all is reached by address and nothing is checked; callers hand in addresses of what they own or have pinned.
/// </remarks>
internal static unsafe class Sha256Instructions
{
    /// <summary>The collector waits for a call that is under way: some 2 µs at most.</summary>
    private const int MaxBlocksOfCall = 32;

    // In this order: the code is written once, for the process.
    private static readonly X64Code Code = WriteX64Code();
    private static readonly nint BlocksRoutine = Code.Page + Code.Entries.Blocks;
    private static readonly nint PairOfBlocksRoutine = Code.Page + Code.Entries.PairOfBlocks;
    private static readonly nint PairOfSumsRoutine = Code.Page + Code.Entries.PairOfSums;

    /// <summary>Whether they can be used; if not, nothing else here may be called.</summary>
    internal static bool IsAvailable { get; } = ArmSha256.IsSupported || Code.Page != 0;

    /// <summary>Why they cannot be used; null if they can.</summary>
    internal static string? Refusal => IsAvailable ? null : Code.Refusal;

    /// <summary>Compresses successive blocks into a state.</summary>
    internal static void Compress(uint* state, byte* blocks, int count)
    {
        for (; count > 0; count -= MaxBlocksOfCall, blocks += MaxBlocksOfCall * Sha256Constants.BlockSize)
        {
            int some = Math.Min(count, MaxBlocksOfCall);
            if (ArmSha256.IsSupported)
                Sha256ArmRounds<ArmSha256Unit>.Compress(state, blocks, some);
            else
                ((delegate* unmanaged[SuppressGCTransition]<uint*, byte*, nuint, void>)BlocksRoutine)(state, blocks, (nuint)some);
        }
    }

    /// <summary>Compresses successive blocks of two messages, as many of each.</summary>
    internal static void Compress(uint* state, byte* blocks, uint* otherState, byte* otherBlocks, int count)
    {
        for (; count > 0; count -= MaxBlocksOfCall)
        {
            int some = Math.Min(count, MaxBlocksOfCall);
            if (ArmSha256.IsSupported)
            {
                Sha256ArmRounds<ArmSha256Unit>.Compress(state, blocks, otherState, otherBlocks, some);
            }
            else
            {
                ((delegate* unmanaged[SuppressGCTransition]<uint*, byte*, uint*, byte*, nuint, void>)PairOfBlocksRoutine)(
                    state, blocks, otherState, otherBlocks, (nuint)some);
            }

            blocks += MaxBlocksOfCall * Sha256Constants.BlockSize;
            otherBlocks += MaxBlocksOfCall * Sha256Constants.BlockSize;
        }
    }

    /// <summary>Compresses a block of two messages each, whose words and constants are added up already.</summary>
    internal static void CompressSums(uint* state, uint* sums, uint* otherState, uint* otherSums)
    {
        if (ArmSha256.IsSupported)
        {
            Sha256ArmRounds<ArmSha256Unit>.CompressSums(state, sums, otherState, otherSums);
        }
        else
        {
            ((delegate* unmanaged[SuppressGCTransition]<uint*, uint*, uint*, uint*, void>)PairOfSumsRoutine)(
                state, sums, otherState, otherSums);
        }
    }

    /// <summary>Whether the processor has them, though we may not be able to use them.</summary>
    internal static bool ProcessorHasThem => ArmSha256.IsSupported || ProcessorHasX64;

    // Function 7 of the processor's identification, as .NET asks for none of these. SSE4.1 is older than they are.
    private static bool ProcessorHasX64 =>
        X86Base.X64.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ebx & (1 << 29)) != 0;

    private static X64Code WriteX64Code()
    {
        if (!ProcessorHasX64)
            return new X64Code(0, default, "the processor has no instructions for SHA-256");
        Span<byte> code = stackalloc byte[Sha256X64Code.MaxBytes];
        int length = Sha256X64Code.Write(code, out Sha256X64Entries entries);
        nint page = ExecutablePage.TryCreate(code[..length], out string? refusal);
        return new X64Code(page, entries, refusal);
    }

    /// <param name="Page">0 if there is none.</param>
    /// <param name="Entries">Bytes into the page.</param>
    /// <param name="Refusal">Why there is none.</param>
    private readonly record struct X64Code(nint Page, Sha256X64Entries Entries, string? Refusal);
}
