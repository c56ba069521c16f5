using BenchmarkDotNet.Attributes;
using Velox.Bpf;
using Velox.Cli;

namespace Velox.Benchmarks;

/// <summary>BPF programs: entering an empty one in both tiers, making 1,000 instructions ready, and two whole programs.</summary>
[MemoryDiagnoser]
public class BpfBenchmarks
{
    private readonly byte[] _generated = BpfWorkload.ReadText("gen1000");
    private VirtualMachine _interpreted = null!;
    private VirtualMachine _native = null!;
    private VirtualMachine _sha256 = null!;
    private VirtualMachine _heapsort = null!;
    private ulong _sha256Bytes;
    private ulong _heapsortBytes;

    [GlobalSetup]
    public void Load()
    {
        Assembler.TryAssemble("mov64 r0, 0\nexit", Dialect.Ebpf, out ProgramImage? empty);
        _interpreted = Prepare(BpfProgram.Create(empty!), []);
        _native = Prepare(Compile(BpfProgram.Create(empty!)), []);
        (_sha256, _sha256Bytes) = Prepare("sha256");
        (_heapsort, _heapsortBytes) = Prepare("heapsort");
    }

    [GlobalCleanup]
    public void Unload()
    {
        foreach (VirtualMachine machine in (VirtualMachine[])[_interpreted, _native, _sha256, _heapsort])
            machine.Dispose();
    }

    [Benchmark]
    public ulong EnterInterpreter() => _interpreted.Run(units: 2).ConsumedUnits;

    [Benchmark]
    public ulong EnterNative() => _native.Run(units: 2).ConsumedUnits;

    [Benchmark]
    public VerifierError? Verify1000() => Verifier.Check(Dialect.Ebpf, _generated);

    [Benchmark]
    public BpfProgram VerifyAndDecode1000() => BpfProgram.Create(Dialect.Ebpf, _generated, BpfWorkload.Host);

    /// <summary>Less the line before, what compiling takes.</summary>
    [Benchmark]
    public BpfProgram VerifyDecodeAndCompile1000() => Compile(BpfProgram.Create(Dialect.Ebpf, _generated, BpfWorkload.Host));

    /// <summary>Later runs begin with the memory that the last one left; they take as many instructions.</summary>
    [Benchmark]
    public ulong Sha256() => Run(_sha256, _sha256Bytes);

    /// <summary>As <see cref="Sha256"/>; the program fills its memory itself.</summary>
    [Benchmark]
    public ulong Heapsort() => Run(_heapsort, _heapsortBytes);

    private static BpfProgram Compile(BpfProgram program) =>
        program.TryCompile() ? program : throw new InvalidOperationException("Native code needs Linux on x86-64.");

    private static (VirtualMachine Machine, ulong MemoryBytes) Prepare(string name)
    {
        BpfWorkload workload = BpfWorkload.Find(name);
        byte[] memory = workload.CreateMemory();
        return (Prepare(Compile(workload.CreateProgram()), memory), (ulong)memory.Length);
    }

    private static VirtualMachine Prepare(BpfProgram program, byte[] memory)
    {
        var machine = new VirtualMachine();
        machine.Load(program);
        machine.Memory.Map(MemoryMap.InputAddress, memory);
        return machine;
    }

    private static ulong Run(VirtualMachine machine, ulong memoryBytes) =>
        machine.Run(ulong.MaxValue, MemoryMap.InputAddress, memoryBytes).Value;
}
