using Velox.Primitives;

namespace Velox.Svm;

/// <summary>An account that an instruction names, and what it asks for it.</summary>
public readonly record struct AccountMeta(Address Address, bool IsSigner, bool IsWritable)
{
    /// <summary>Read-only, no signature.</summary>
    public static AccountMeta Readonly(Address address) => new(address, IsSigner: false, IsWritable: false);

    public static AccountMeta ReadonlySigner(Address address) => new(address, IsSigner: true, IsWritable: false);

    /// <summary>Writable, no signature.</summary>
    public static AccountMeta Writable(Address address) => new(address, IsSigner: false, IsWritable: true);

    public static AccountMeta WritableSigner(Address address) => new(address, IsSigner: true, IsWritable: true);
}
