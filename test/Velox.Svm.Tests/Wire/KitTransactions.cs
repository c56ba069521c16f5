namespace Velox.Svm.Tests;

/// <summary>A v1 transaction made with @solana/kit 8.4.0.</summary>
/// <remarks>
/// P and Q are the key pairs of the 32-byte seeds 01.. and 02.., K(n) is the address of 32 bytes n, the blockhash is K(9). P
/// pays; P sends 1,000,000 lamports to K(3), Q sends 7 to K(4), and K(30) is called with K(31) and 300 bytes AB. Priority fee
/// 1,234,567 lamports, 100,000 units, 70,000 bytes of accounts, a heap of 65,536 bytes.
/// </remarks>
internal static class KitTransactions
{
    internal static readonly string Version1 =
        "810200031f000000090909090909090909090909090909090909090909090909090909090909090903078a88e3dd7409" +
        "f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee" +
        "37a25df60f5b8fc9b3940303030303030303030303030303030303030303030303030303030303030303040404040404" +
        "040404040404040404040404040404040404040404040404040400000000000000000000000000000000000000000000" +
        "000000000000000000001e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1f1f1f1f1f1f" +
        "1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f87d6120000000000a086010070110100000001000402" +
        "0c0004020c0005012c0100020200000040420f0000000000010302000000070000000000000006" +
        string.Concat(Enumerable.Repeat("ab", 300)) +
        "1f4dde2d10f95c8a2d3a69678b22685983ce86d62b23134bad949bec31a2e5eec1a0f132b4dbe123c5fcf862052ee4a9" +
        "6caf4ac1c72779b11bf305fa73c7450f483de7f01544e7664b098dbcfafdcba6400b507ae875f8225ff8fd84cb6e53a8" +
        "8b3f294ee11d76e3cdecf267ea572de02c38a59abd81e0a9c88086fe826f1008";
}
