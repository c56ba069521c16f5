using Velox.Primitives;
using Velox.State;

namespace Velox.Node;

/// <summary>An account to be shown: a published one, or the copy that a simulation left.</summary>
internal readonly struct AccountContent
{
    private readonly AccountSnapshot? _snapshot;
    private readonly Account? _account;

    internal AccountContent(AccountSnapshot snapshot) => _snapshot = snapshot;

    internal AccountContent(Account account) => _account = account;

    internal Address Address => _snapshot?.Address ?? _account!.Address;

    internal ulong Lamports => _snapshot?.Lamports ?? _account!.Lamports;

    internal Address Owner => _snapshot?.Owner ?? _account!.Owner;

    internal bool Executable => _snapshot?.Executable ?? _account!.Executable;

    internal int DataLength => _snapshot?.DataLength ?? _account!.Data.Length;

    /// <summary>Copies a range of the data, cut at its end.</summary>
    internal byte[] Slice(ulong offset, ulong length)
    {
        ulong start = Math.Min(offset, (ulong)DataLength);
        byte[] slice = new byte[Math.Min(length, (ulong)DataLength - start)];
        if (_snapshot is not null)
            _snapshot.CopyData((int)start, slice);
        else
            _account!.Data.Bytes.Slice((int)start, slice.Length).CopyTo(slice);
        return slice;
    }

    internal byte[] ToArray() => Slice(0, (ulong)DataLength);
}
