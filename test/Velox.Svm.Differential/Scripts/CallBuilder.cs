namespace Velox.Svm.Differential;

/// <summary>Puts the structures of a cross-program invocation on the heap, as C or as Rust lays them out.</summary>
/// <param name="script">Where they go.</param>
/// <param name="layout">The caller's input.</param>
/// <param name="accounts">The caller's accounts, in its order.</param>
public sealed class CallBuilder(ScriptBuilder script, InputLayout layout, IReadOnlyList<AccountMeta> accounts)
{
    /// <summary>SolInstruction; addresses of what it names are on the heap.</summary>
    public ulong InstructionInC(Instruction instruction)
    {
        var metas = new Bytes();
        foreach (AccountMeta meta in instruction.Accounts.Span)
        {
            metas.UInt64(script.Place(meta.Address.Span)).Byte(Flag(meta.IsWritable)).Byte(Flag(meta.IsSigner))
                .Blob(new byte[6]);
        }

        return script.Place(
            script.Place(instruction.ProgramId.Span), script.Place(metas.ToArray().AsSpan()), (ulong)instruction.Accounts.Length,
            script.Place(instruction.Data.Span), (ulong)instruction.Data.Length);
    }

    /// <summary>Rust's StableInstruction: two vectors (address, capacity, length), the program's id.</summary>
    public ulong InstructionInRust(Instruction instruction)
    {
        var metas = new Bytes();
        foreach (AccountMeta meta in instruction.Accounts.Span)
            metas.Key(meta.Address).Byte(Flag(meta.IsSigner)).Byte(Flag(meta.IsWritable));
        ulong count = (ulong)instruction.Accounts.Length;
        ulong length = (ulong)instruction.Data.Length;
        Bytes bytes = new Bytes().UInt64(script.Place(metas.ToArray().AsSpan())).UInt64(count).UInt64(count)
            .UInt64(script.Place(instruction.Data.Span)).UInt64(length).UInt64(length).Key(instruction.ProgramId);
        return script.Place(bytes.ToArray().AsSpan());
    }

    /// <summary>SolAccountInfo of each of the caller's accounts, 56 bytes.</summary>
    public byte[] InfosInC(IEnumerable<int> chosen)
    {
        var bytes = new Bytes();
        foreach (int i in chosen)
        {
            bytes.UInt64(layout.Key(i)).UInt64(layout.Lamports(i)).UInt64(layout.Length(i)).UInt64(layout.Data(i))
                .UInt64(layout.Owner(i)).UInt64(ulong.MaxValue)
                .Byte(Flag(accounts[i].IsSigner)).Byte(Flag(accounts[i].IsWritable)).Byte(0).Blob(new byte[5]);
        }

        return bytes.ToArray();
    }

    /// <summary>Rust's AccountInfo of each, 48 bytes: key, lamports cell, data cell, owner, rent epoch, flags.</summary>
    public byte[] InfosInRust(IEnumerable<int> chosen)
    {
        var bytes = new Bytes();
        foreach (int i in chosen)
        {
            // A reference-counted cell: strong and weak count, borrow flag, then what it holds.
            ulong lamports = script.Place(1UL, 1UL, 0UL, layout.Lamports(i));
            ulong data = script.Place(1UL, 1UL, 0UL, layout.Data(i), layout.Length(i));
            bytes.UInt64(layout.Key(i)).UInt64(lamports).UInt64(data).UInt64(layout.Owner(i)).UInt64(ulong.MaxValue)
                .Byte(Flag(accounts[i].IsSigner)).Byte(Flag(accounts[i].IsWritable)).Byte(0).Blob(new byte[5]);
        }

        return bytes.ToArray();
    }

    /// <summary>Signers' seeds: per signer a list of (address, length), all lists in one.</summary>
    public ulong Seeds(IReadOnlyList<byte[][]> signers)
    {
        var lists = new List<ulong>();
        foreach (byte[][] seeds in signers)
        {
            var pairs = new List<ulong>();
            foreach (byte[] seed in seeds)
                pairs.AddRange([script.Place(seed.AsSpan()), (ulong)seed.Length]);
            lists.AddRange([script.Place([.. pairs]), (ulong)seeds.Length]);
        }

        return script.Place([.. lists]);
    }

    private static byte Flag(bool value) => (byte)(value ? 1 : 0);
}
