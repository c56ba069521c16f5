using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What a transaction counts towards the limits of a block, in compute units (Agave cost-model).</summary>
public static class TransactionCost
{
    private const ulong UnitsPerSignature = 720;
    private const ulong UnitsPerSecp256k1Signature = 6_690;
    private const ulong UnitsPerEd25519Signature = 2_400;
    private const ulong UnitsPerSecp256r1Signature = 4_800;
    private const ulong UnitsPerWriteLock = 300;
    private const int InstructionBytesPerUnit = 4;
    private const ulong PageBytes = 32 * 1024;
    private const ulong UnitsPerPage = 8;

    /// <summary>The cost of a transaction that was executed.</summary>
    /// <param name="view">Its message.</param>
    /// <param name="consumedUnits">Compute units that its programs consumed.</param>
    /// <param name="loadedBytes">Bytes of accounts and lookup tables that it loaded.</param>
    public static ulong Of(in TransactionView view, ulong consumedUnits, uint loadedBytes)
    {
        ulong instructionBytes = 0;
        for (int i = 0; i < view.InstructionCount; i++)
            instructionBytes += (ulong)view.Instruction(i).Data.Length;
        ulong pages = (loadedBytes + PageBytes - 1) / PageBytes;
        return SignatureUnits(in view) + (UnitsPerWriteLock * WriteLocks(in view)) + (instructionBytes / InstructionBytesPerUnit)
            + consumedUnits + (pages * UnitsPerPage);
    }

    /// <summary>The locks that the message asks for, granted or not.</summary>
    private static ulong WriteLocks(in TransactionView view)
    {
        ulong locks = (ulong)view.WritableLookupAccounts;
        for (int i = 0; i < view.StaticKeyCount; i++)
            locks += view.IsStaticWritable(i) ? 1u : 0;
        return locks;
    }

    private static ulong SignatureUnits(in TransactionView view)
    {
        ulong units = UnitsPerSignature * (ulong)view.RequiredSignatures;
        for (int i = 0; i < view.InstructionCount; i++)
        {
            // A precompile's instruction states its number of signatures in its first byte.
            if (view.Instruction(i).Data is [byte signatures, ..])
                units += signatures * UnitsOf(in view.StaticKeys[view.ProgramIndex(i)]);
        }

        return units;
    }

    private static ulong UnitsOf(in Address program)
    {
        if (program == ProgramIds.Ed25519Precompile)
            return UnitsPerEd25519Signature;
        if (program == ProgramIds.Secp256k1Precompile)
            return UnitsPerSecp256k1Signature;
        return program == ProgramIds.Secp256r1Precompile ? UnitsPerSecp256r1Signature : 0;
    }
}
