namespace Velox.Bpf;

/// <summary>What a <see cref="TieredCompiler"/> has done so far.</summary>
/// <param name="Queued">Hot programs that wait now.</param>
/// <param name="Compiled">Programs that became native code; one that did so twice counts twice.</param>
/// <param name="Evicted">Programs that lost their code to others.</param>
/// <param name="Dropped">Hot programs that found the queue full.</param>
/// <param name="Refused">Compilations without result: more code than the bound on its own, or no memory for it.</param>
/// <param name="CodeBytes">Code that programs have now.</param>
public readonly record struct TierCounts(int Queued, long Compiled, long Evicted, long Dropped, long Refused, long CodeBytes);
