using Velox.Node;
using Velox.Svm;

namespace Velox.Cli.Tests;

/// <summary>Ledgers made without a node.</summary>
internal static class Ledgers
{
    /// <summary>A new ledger of some empty blocks.</summary>
    internal static void Create(string path, int blocks)
    {
        using Ledger ledger = Open(path);
        for (int i = 0; i < blocks; i++)
        {
            ledger.Bank.BeginBlock(unixTimestamp: i);
            ledger.Journal.Append(ledger.Bank.EndBlock());
        }
    }

    internal static Ledger Open(string path) => Open(path, null, CancellationToken.None);

    internal static Ledger Open(string path, Action<ulong, ulong>? progress, CancellationToken cancellation) =>
        Ledger.Open(path, NativePrograms.CreateRegistry(), new LedgerOptions { Progress = progress }, cancellation);

    internal static string JournalOf(string path) => Path.Combine(path, LedgerDirectory.JournalName);

    /// <summary>Every file of a folder with its content, to see whether anything changed.</summary>
    internal static string[] ContentOf(string path) =>
    [
        .. from file in Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)
           select $"{Path.GetFileName(file)} {Convert.ToHexString(File.ReadAllBytes(file))}",
    ];
}
