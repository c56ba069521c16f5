namespace Velox.Cryptography.Tests;

internal delegate bool Bn254Operation(ReadOnlySpan<byte> input, ByteOrder order, Span<byte> result);

internal static class Bn254Bytes
{
    /// <summary>The generator of G2 (EIP-197), big-endian.</summary>
    internal static readonly byte[] GeneratorG2 = Convert.FromHexString(
        "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c21800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed" +
        "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa");

    /// <summary>The generator of G1, big-endian.</summary>
    internal static readonly byte[] GeneratorG1 = [.. PlainCurve.Bytes(1), .. PlainCurve.Bytes(2)];

    /// <summary>Turns every piece around: 32 bytes of numbers, 64 of coordinates of G2.</summary>
    internal static byte[] Reverse(byte[] bytes, int size) => [.. bytes.Chunk(size).SelectMany(piece => piece.Reverse())];

    /// <summary>Pairs with every coordinate turned around.</summary>
    internal static byte[] ReversePairs(byte[] pairs) =>
        [.. pairs.Chunk(Bn254.PairSize).SelectMany(pair => (byte[])[.. Reverse(pair[..64], 32), .. Reverse(pair[64..], 64)])];
}
