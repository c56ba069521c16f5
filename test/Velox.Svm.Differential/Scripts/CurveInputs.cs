namespace Velox.Svm.Differential;

/// <summary>Points and scalars of the curves that syscalls know: good ones, and bytes that are none.</summary>
public sealed class CurveInputs(Random random)
{
    // Compressed base points and small multiples, by everyone's definition of the curves (RFC 8032, RFC 9496).
    private static readonly string[] EdwardsPoints = [
        "5866666666666666666666666666666666666666666666666666666666666666",
        "c9a3f86aae465f0e56513864510f3997561fa2c9e85ea21dc2292309f3cd6022",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
    ];

    private static readonly string[] RistrettoPoints = [
        "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
        "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
        "0000000000000000000000000000000000000000000000000000000000000000",
    ];

    private static readonly string[] G1 = [
        "0000000000000000000000000000000000000000000000000000000000000001"
            + "0000000000000000000000000000000000000000000000000000000000000002",
        "030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3"
            + "15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4",
        new string('0', 128),
    ];

    private const string G2 =
        "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
        + "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
        + "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
        + "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa";

    public byte[] Point(ulong curve)
    {
        string[] points = (curve & 1) == 0 ? EdwardsPoints : RistrettoPoints;
        return random.Next(4) == 0 ? Bytes(32) : Convert.FromHexString(points[random.Next(points.Length)]);
    }

    /// <summary>Mostly below the order of the group.</summary>
    public byte[] Scalar()
    {
        byte[] scalar = Bytes(32);
        if (random.Next(5) > 0)
            scalar[31] &= 0x0F;
        return scalar;
    }

    /// <summary>Input of a group operation: 0 addition, 2 multiplication, 3 pairing, 4 and 6 the first two in G2.</summary>
    public byte[] AltBn128(ulong operation, bool littleEndian)
    {
        byte[] input = operation switch
        {
            0 => [.. PointOfG1(), .. PointOfG1()],
            2 => [.. PointOfG1(), .. Bytes(32)],
            3 => [.. Enumerable.Range(0, random.Next(3)).SelectMany(_ => (byte[])[.. PointOfG1(), .. PointOfG2()])],
            6 => [.. PointOfG2(), .. Bytes(32)],
            _ => [.. PointOfG2(), .. PointOfG2()],
        };
        if (littleEndian)
            Reverse(input, operation);
        return random.Next(8) == 0 ? input[..random.Next(input.Length + 1)] : input;
    }

    /// <summary>Bytes that are a point of BLS12-381 with luck only: zeros, a mark of infinity, or anything.</summary>
    public byte[] Bls(int length)
    {
        byte[] bytes = random.Next(3) == 0 ? Bytes(length) : new byte[length];
        bytes[random.Next(2) == 0 ? 0 : length - 1] |= random.Next(3) switch { 0 => 0x40, 1 => 0xC0, _ => 0 };
        return bytes;
    }

    // Numbers of 32 bytes, and of 64 where a coordinate is a pair.
    private static void Reverse(byte[] input, ulong operation)
    {
        int size = operation is 0 or 2 ? 32 : 64;
        for (int at = 0; at + size <= input.Length; at += size)
            input.AsSpan(at, size).Reverse();
    }

    private byte[] PointOfG1() => random.Next(8) == 0 ? Bytes(64) : Convert.FromHexString(G1[random.Next(G1.Length)]);

    private byte[] PointOfG2() => random.Next(6) switch
    {
        0 => Bytes(128),
        1 => new byte[128],
        _ => Convert.FromHexString(G2),
    };

    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
