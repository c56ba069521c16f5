namespace Velox.Bpf.Tests;

/// <summary>Stands where programs are compiled, and stops them there until it is opened.</summary>
internal sealed class CompileGate : IDisposable
{
    // Far more than it takes: reached only when the compiler is broken.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly ManualResetEventSlim _isOpen = new();
    private int _arrived;

    /// <summary>Compilations that have begun.</summary>
    internal int Arrived => Volatile.Read(ref _arrived);

    /// <summary>Waits for what another thread brings about.</summary>
    internal static void Await(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Limit));

    internal NativeProgram? Compile(BpfProgram program, bool allowsFrameGaps)
    {
        Interlocked.Increment(ref _arrived);
        Assert.True(_isOpen.Wait(Limit));
        return NativeProgram.TryCompile(program, allowsFrameGaps);
    }

    internal void Open() => _isOpen.Set();

    public void Dispose()
    {
        _isOpen.Set();
        _isOpen.Dispose();
    }
}
