namespace Velox.Cryptography;

/// <summary>The constants of BLAKE3 (the BLAKE3 paper, version 20211102, section 2).</summary>
internal static class Blake3Constants
{
    internal const int BlockSize = 64;

    internal const int BlockWords = 16;

    internal const int ChunkSize = 1024;

    /// <summary>Words of a chaining value, and of a key.</summary>
    internal const int ChainingWords = 8;

    /// <summary>Bytes of a chaining value, of a key, and of a hash of the usual length.</summary>
    internal const int ChainingSize = 32;

    internal const int Rounds = 7;

    /// <summary>The key of plain hashing: SHA-256's initial state.</summary>
    internal static ReadOnlySpan<uint> InitialValue =>
    [
        0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
    ];

    /// <summary>Which word of the block each place of each round takes, times 16, the bytes of a row of four lanes.</summary>
    /// <remarks>A round permutes the words; the rows are the permutation's powers (table 2 of the paper).</remarks>
    internal static ReadOnlySpan<byte> Schedule =>
    [
        0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240,
        32, 96, 48, 160, 112, 0, 64, 208, 16, 176, 192, 80, 144, 224, 240, 128,
        48, 64, 160, 192, 208, 32, 112, 224, 96, 80, 144, 0, 176, 240, 128, 16,
        160, 112, 192, 144, 224, 48, 208, 240, 64, 0, 176, 32, 80, 128, 16, 96,
        192, 208, 144, 176, 240, 160, 224, 128, 112, 32, 80, 48, 0, 16, 96, 64,
        144, 224, 176, 80, 128, 192, 240, 16, 208, 48, 0, 160, 32, 96, 64, 112,
        176, 240, 80, 0, 16, 144, 128, 96, 224, 160, 32, 192, 48, 64, 112, 208,
    ];
}

/// <summary>What a block is, mixed in with it (table 3 of the paper).</summary>
[Flags]
internal enum Blake3Flags : uint
{
    None = 0,
    ChunkStart = 1,
    ChunkEnd = 2,
    Parent = 4,
    Root = 8,
    KeyedHash = 16,
    DeriveKeyContext = 32,
    DeriveKeyMaterial = 64,
}
