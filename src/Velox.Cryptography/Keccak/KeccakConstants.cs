namespace Velox.Cryptography;

/// <summary>The constants of Keccak-f[1600] (FIPS 202, 3.2) and of the sponge with 256 bits of output.</summary>
internal static class KeccakConstants
{
    internal const int StateWords = 25;

    /// <summary>Bytes that a block takes in: 1,600 bits less twice the output.</summary>
    internal const int Rate = 136;

    internal const int RateWords = Rate / sizeof(ulong);

    internal const int HashSize = 32;

    internal const int HashWords = HashSize / sizeof(ulong);

    internal static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x00000000_00000001, 0x00000000_00008082, 0x80000000_0000808A,
        0x80000000_80008000, 0x00000000_0000808B, 0x00000000_80000001,
        0x80000000_80008081, 0x80000000_00008009, 0x00000000_0000008A,
        0x00000000_00000088, 0x00000000_80008009, 0x00000000_8000000A,
        0x00000000_8000808B, 0x80000000_0000008B, 0x80000000_00008089,
        0x80000000_00008003, 0x80000000_00008002, 0x80000000_00000080,
        0x00000000_0000800A, 0x80000000_8000000A, 0x80000000_80008081,
        0x80000000_00008080, 0x00000000_80000001, 0x80000000_80008008,
    ];
}
