using BenchmarkDotNet.Attributes;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Benchmarks;

/// <summary>One Ed25519 signature over 200 bytes.</summary>
[MemoryDiagnoser]
public class SignatureBenchmarks
{
    private readonly Keypair _keypair = Keypair.FromSeed(new byte[Ed25519.SeedSize]);
    private readonly byte[] _message = new byte[200];
    private Signature _signature;

    [GlobalSetup]
    public void Prepare() => _signature = _keypair.Sign(_message);

    [Benchmark]
    public bool Verify() => Ed25519.Verify(_keypair.PublicKey.Span, _signature.Span, _message);

    [Benchmark]
    public Signature Sign() => _keypair.Sign(_message);
}
