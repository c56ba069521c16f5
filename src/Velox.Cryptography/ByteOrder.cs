namespace Velox.Cryptography;

/// <summary>Which byte of a number comes first.</summary>
/// <remarks>The values are those of the second argument of the syscall <c>sol_poseidon</c>.</remarks>
public enum ByteOrder
{
    /// <summary>The most significant byte first.</summary>
    BigEndian = 0,

    /// <summary>The least significant byte first.</summary>
    LittleEndian = 1,
}
