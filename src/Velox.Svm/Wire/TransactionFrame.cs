using System.Runtime.CompilerServices;

namespace Velox.Svm;

/// <summary>Where the fields of a serialized transaction lie. Offsets count bytes from its start, up to 4,096.</summary>
internal struct TransactionFrame
{
    internal TransactionVersion Version;
    internal byte SignatureCount;
    internal byte RequiredSignatures;
    internal byte ReadonlySigned;
    internal byte ReadonlyUnsigned;
    internal byte StaticKeyCount;
    internal byte InstructionCount;
    internal byte LookupCount;
    internal byte ConfigMask;
    internal ushort SignaturesOffset;
    internal ushort MessageOffset;
    internal ushort MessageEnd;
    internal ushort ConfigOffset;
    internal ushort InstructionHeadersOffset;
    internal ushort StaticKeysOffset;
    internal ushort BlockhashOffset;
    internal ushort WritableLookupAccounts;
    internal ushort ReadonlyLookupAccounts;

    /// <summary>Where each instruction begins; of version 1 its account indexes, its header being with the others.</summary>
    internal InstructionOffsetList InstructionOffsets;
    internal LookupOffsetList LookupOffsets;

    [InlineArray(WireLimits.MaxInstructions)]
    internal struct InstructionOffsetList
    {
        private ushort _first;
    }

    [InlineArray(WireLimits.MaxLookups)]
    internal struct LookupOffsetList
    {
        private ushort _first;
    }
}
