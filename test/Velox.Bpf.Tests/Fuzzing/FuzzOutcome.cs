using System.Globalization;

namespace Velox.Bpf.Tests;

/// <summary>All that a run leaves behind.</summary>
internal sealed record FuzzOutcome(
    ExecutionResult Result, ulong[] Registers, int CallDepth, string HostError, ulong[] Log, IReadOnlyList<byte[]> Memories)
{
    /// <summary>What differs, or null.</summary>
    /// <param name="other">The outcome of another tier.</param>
    /// <param name="comparesFrame">Whether r10 and the call depth count too.</param>
    internal string? Difference(FuzzOutcome other, bool comparesFrame = true)
    {
        if (Result != other.Result)
            return $"{Full(Result)} / {Full(other.Result)}";
        for (int i = 0; i < (comparesFrame ? 11 : 10); i++)
        {
            if (Registers[i] != other.Registers[i])
                return $"r{i} 0x{Registers[i]:x} / 0x{other.Registers[i]:x} ({Full(Result)})";
        }

        if (comparesFrame && CallDepth != other.CallDepth)
            return $"call depth {CallDepth} / {other.CallDepth} ({Full(Result)})";
        if (HostError != other.HostError)
            return $"host error {HostError} / {other.HostError}";
        if (!Log.AsSpan().SequenceEqual(other.Log))
            return $"host calls {string.Join(' ', Log)} / {string.Join(' ', other.Log)}";
        for (int i = 0; i < Memories.Count; i++)
        {
            int at = Memories[i].AsSpan().CommonPrefixLength(other.Memories[i]);
            if (at < Memories[i].Length)
                return $"memory {i} at {at}: {Memories[i][at]:x2} / {other.Memories[i][at]:x2} ({Full(Result)})";
        }

        return null;
    }

    private static string Full(ExecutionResult result) =>
        string.Create(CultureInfo.InvariantCulture, $"{result}, value 0x{result.Value:x}, {result.ConsumedUnits} units, at {result.InstructionIndex}");
}
