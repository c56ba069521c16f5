namespace Velox.Node;

/// <summary>A directory that holds one chain, locked as long as this object lives.</summary>
/// <remarks>
/// Files: <c>journal.velox</c> (the chain), <c>*-key.json</c> (keypair files), <c>lock</c> (empty; held open, never deleted).
/// </remarks>
public sealed class LedgerDirectory : IDisposable
{
    /// <summary>Name of the file that holds the chain.</summary>
    public const string JournalName = "journal.velox";

    private const string KeySuffix = "-key.json";

    private readonly FileStream _lock;

    /// <summary>Locks the directory, creating it if need be.</summary>
    /// <exception cref="LedgerException">InUse or NoDirectory.</exception>
    public LedgerDirectory(string path)
    {
        Root = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(Root);
            _lock = new FileStream(
                Path.Combine(Root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (DurableFile.IsOpenElsewhere(exception))
        {
            throw InUse(Root, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LedgerException(
                LedgerFault.NoDirectory,
                $"The ledger '{Root}' is no directory that can be created and written: {exception.Message} "
                + "Choose another --ledger.",
                exception);
        }
    }

    /// <summary>The directory's full path.</summary>
    public string Root { get; }

    public string JournalPath => Path.Combine(Root, JournalName);

    /// <summary>Where the keypair of a role is kept.</summary>
    public string KeyPath(string role) => Path.Combine(Root, role + KeySuffix);

    /// <summary>Deletes the chain and its keys, and nothing else: other keys in the directory are the operator's.</summary>
    public void Reset()
    {
        // The journal goes first: without it, keys that a crash leaves behind belong to no chain and are simply reused.
        File.Delete(JournalPath);
        DurableFile.SyncDirectory(Root);
        foreach (string role in NodeKeys.Roles)
            File.Delete(KeyPath(role));
    }

    public void Dispose() => _lock.Dispose();

    internal static LedgerException InUse(string root, IOException exception) => new(
        LedgerFault.InUse,
        $"The ledger '{root}' is in use by another process. Stop that node or choose another --ledger.",
        exception);
}
