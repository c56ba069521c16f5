using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.State;

/// <summary>The hash of an account's data; see <see cref="StateCommitment"/>.</summary>
internal static class DataPages
{
    /// <summary>The data hash of a live account, of whose pages only the dirty ones are hashed again.</summary>
    internal static Hash256 UpdateRoot(Account account, List<int> dirtyPages)
    {
        if (account.DataOrNull is not { PageCount: > 1 } data)
        {
            account.PageTree = null;
            return account.DataLength == 0 ? default : MerkleTree.HashLeaf(account.Data.Bytes);
        }

        MerkleTree tree = OwnTree(account, data);
        tree.Resize(data.PageCount);
        foreach (int page in dirtyPages)
            tree.SetLeaf(page, MerkleTree.HashLeaf(data.Page(page)));
        return tree.ComputeRoot();
    }

    /// <summary>The data hash computed from all bytes, as a verifier does it.</summary>
    internal static Hash256 Hash(ReadOnlySpan<byte> data)
    {
        var pages = new MerkleTree((data.Length + TrackedMemory.PageSize - 1) / TrackedMemory.PageSize);
        for (int page = 0; page < pages.LeafCount; page++)
        {
            int start = page * TrackedMemory.PageSize;
            pages.SetLeaf(page, MerkleTree.HashLeaf(data[start..Math.Min(data.Length, start + TrackedMemory.PageSize)]));
        }

        return pages.ComputeRoot();
    }

    /// <summary>The account's page tree, made if there is none yet, and copied if it is that of an earlier version.</summary>
    private static MerkleTree OwnTree(Account account, TrackedMemory data)
    {
        MerkleTree? tree = account.PageTree;
        if (tree is null)
        {
            // The data outgrew one page: the first page has no hash in a tree yet, dirty or not.
            tree = new MerkleTree(data.PageCount);
            tree.SetLeaf(0, MerkleTree.HashLeaf(data.Page(0)));
        }
        else if (account.IsPageTreeShared)
        {
            tree = Copy(tree);
        }

        account.PageTree = tree;
        account.IsPageTreeShared = false;
        return tree;
    }

    private static MerkleTree Copy(MerkleTree tree)
    {
        var copy = new MerkleTree(tree.LeafCount);
        for (int page = 0; page < tree.LeafCount; page++)
            copy.SetLeaf(page, tree.GetLeaf(page));
        return copy;
    }
}
