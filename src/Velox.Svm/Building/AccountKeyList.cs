using Velox.Primitives;

namespace Velox.Svm;

/// <summary>
/// The static keys of a message: every address once, with the strongest flags that any instruction asks, in Solana's
/// order (solana-sdk, <c>message/src/compiled_keys.rs</c>).
/// </summary>
/// <remarks>
/// Fee payer; other writable signers; read-only signers; other writable keys; other read-only keys. Inside a group
/// the keys ascend as byte strings, so that equal instructions always compile to equal bytes.
/// </remarks>
internal sealed class AccountKeyList
{
    private readonly Dictionary<Address, int> _indexes = [];

    internal AccountKeyList(Address feePayer, IReadOnlyList<Instruction> instructions)
    {
        Dictionary<Address, AccountMeta> merged = Merge(feePayer, instructions);
        AccountMeta[] ordered = [.. merged.Values];
        // Every address is there once, so the order below is total: nothing is left to the hash table.
        Array.Sort(ordered, (left, right) => Compare(feePayer, left, right));

        Keys = Array.ConvertAll(ordered, meta => meta.Address);
        for (int index = 0; index < Keys.Count; index++)
            _indexes.Add(Keys[index], index);
        RequiredSignatures = ordered.Count(meta => meta.IsSigner);
        ReadonlySigned = ordered.Count(meta => meta is { IsSigner: true, IsWritable: false });
        ReadonlyUnsigned = ordered.Count(meta => meta is { IsSigner: false, IsWritable: false });
    }

    internal IReadOnlyList<Address> Keys { get; }

    internal int RequiredSignatures { get; }

    internal int ReadonlySigned { get; }

    internal int ReadonlyUnsigned { get; }

    internal int IndexOf(Address address) => _indexes[address];

    private static Dictionary<Address, AccountMeta> Merge(Address feePayer, IReadOnlyList<Instruction> instructions)
    {
        var merged = new Dictionary<Address, AccountMeta>
        {
            [feePayer] = AccountMeta.WritableSigner(feePayer),
        };
        foreach (Instruction instruction in instructions)
        {
            merged.TryAdd(instruction.ProgramId, AccountMeta.Readonly(instruction.ProgramId));
            foreach (AccountMeta meta in instruction.Accounts.Span)
            {
                AccountMeta known = merged.GetValueOrDefault(meta.Address);
                merged[meta.Address] =
                    new AccountMeta(meta.Address, meta.IsSigner | known.IsSigner, meta.IsWritable | known.IsWritable);
            }
        }

        return merged;
    }

    private static int Compare(Address feePayer, AccountMeta left, AccountMeta right)
    {
        int byGroup = Group(feePayer, left).CompareTo(Group(feePayer, right));
        return byGroup != 0 ? byGroup : left.Address.CompareTo(right.Address);
    }

    private static int Group(Address feePayer, AccountMeta meta) => meta switch
    {
        _ when meta.Address == feePayer => 0,
        { IsSigner: true, IsWritable: true } => 1,
        { IsSigner: true } => 2,
        { IsWritable: true } => 3,
        _ => 4,
    };
}
