using System.Runtime.InteropServices;
using Velox.OrderBook;

namespace Velox.Cli;

/// <summary>Flow files: a header and records of 24 bytes, written as they lie in memory (little-endian machines).</summary>
internal static class FlowFile
{
    /// <summary>Most operations of a flow: 1.2 GB.</summary>
    internal const int MaxOperations = 50_000_000;

    /// <summary>A record names its symbol with 16 bits.</summary>
    internal const int MaxSymbols = 1 << 16;

    // A write of more than 2 GB is not possible, and one of some megabytes is as fast.
    private const int OperationsPerWrite = 1 << 17;

    internal static void Write(string path, Flow flow)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        FlowHeader header = flow.Header;
        file.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<FlowHeader>(in header)));
        for (int first = 0; first < flow.Operations.Length; first += OperationsPerWrite)
        {
            int count = Math.Min(OperationsPerWrite, flow.Operations.Length - first);
            file.Write(MemoryMarshal.AsBytes(flow.Operations.AsSpan(first, count)));
        }
    }

    /// <exception cref="BenchFailedException">The file is no flow; the message says why.</exception>
    internal static Flow Read(string path)
    {
        using FileStream file = Open(path);
        FlowHeader header = default;
        Span<byte> headerBytes = MemoryMarshal.AsBytes(new Span<FlowHeader>(ref header));
        if (file.ReadAtLeast(headerBytes, headerBytes.Length, throwOnEndOfStream: false) < headerBytes.Length)
            throw new BenchFailedException($"'{path}' is shorter than the header of a flow.");
        CheckHeader(path, header, file.Length);

        var operations = new FlowOperation[(int)header.Count];
        for (int first = 0; first < operations.Length; first += OperationsPerWrite)
        {
            int count = Math.Min(OperationsPerWrite, operations.Length - first);
            file.ReadExactly(MemoryMarshal.AsBytes(operations.AsSpan(first, count)));
        }

        CheckOperations(path, header, operations);
        return new Flow(header, operations);
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BenchFailedException($"The flow cannot be read: {error.Message}");
        }
    }

    private static void CheckHeader(string path, in FlowHeader header, long bytes)
    {
        if (header.Magic != FlowHeader.ExpectedMagic || header.Version != FlowHeader.ExpectedVersion || header.RecordBytes != FlowOperation.Size)
            throw new BenchFailedException($"'{path}' is no flow of version {FlowHeader.ExpectedVersion}.");
        if (header.Count is 0 or > MaxOperations || header.Symbols is 0 or > MaxSymbols)
            throw new BenchFailedException($"'{path}' has {header.Count} operations of {header.Symbols} symbols: allowed are 1 to {MaxOperations} of 1 to {MaxSymbols}.");
        if (bytes != FlowHeader.Size + ((long)header.Count * FlowOperation.Size))
            throw new BenchFailedException($"'{path}' has {bytes} bytes, which are not {header.Count} operations.");
    }

    private static void CheckOperations(string path, in FlowHeader header, FlowOperation[] operations)
    {
        for (int i = 0; i < operations.Length; i++)
        {
            ref readonly FlowOperation operation = ref operations[i];
            bool places = operation.Action is FlowAction.Add or FlowAction.ImmediateOrCancel or FlowAction.Replace;
            if (operation.Action > FlowAction.Reduce || operation.Side > Side.Ask || operation.Symbol >= header.Symbols
                || operation.Id == 0 || (places && (operation.PriceTicks <= 0 || operation.QuantityLots == 0)))
            {
                throw new BenchFailedException($"Operation {i} of '{path}' is none: its action, side, symbol, id, price or quantity.");
            }
        }
    }
}
