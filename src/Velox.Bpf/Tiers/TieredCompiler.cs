using System.Threading.Channels;

namespace Velox.Bpf;

/// <summary>
/// Makes native code of programs that are worth it, and keeps it within a bound. One for all machines of a process;
/// machines get it by <see cref="VmOptions.Compiler"/>.
/// </summary>
/// <remarks>
/// <para>A program starts in the interpreter. Each run adds its units to the program's counter at its end, so a run that has
/// begun in the interpreter stays there, or until its slice ends. When the program is hot it is queued, and one background
/// thread compiles it. No run ever waits for that: where the queue is full the program is dropped, counted, and must get hot
/// again. Results are the same in both tiers.</para>
/// <para>When a program's code does not fit, those lose theirs that were not used for the longest time: used since the last
/// compilation counts as equally recent, the one compiled first goes first. They are interpreted again and may get hot again.
/// A machine that is running evicted code keeps it until it is done. Memory is given back when the garbage collector finds
/// that nobody has the code, so for a while more than the bound may be in use, at most
/// <see cref="TierOptions.MaxMaxCodeBytes"/> in the process.</para>
/// <para>Code that <see cref="BpfProgram.TryCompile"/> made is not counted here and never evicted. All members are thread-safe.</para>
/// </remarks>
public sealed class TieredCompiler : IDisposable
{
    private readonly TierOptions _options;
    private readonly Func<BpfProgram, bool, NativeProgram?> _compile;
    private readonly Channel<Request> _queue;
    private readonly Thread? _thread;

    // Held while code is made and installed, so that two threads never compile one program.
    private readonly Lock _lock = new();
    private readonly List<Installed> _installed = [];

    // Written under the lock, but for the drops; read without it.
    private long _codeBytes;
    private long _compiled;
    private long _evicted;
    private long _dropped;
    private long _refused;
    private volatile bool _isDisposed;

    // Set before a request is taken out of the queue, and cleared when it is done: whoever finds the queue empty first, and then this
    // false, has missed none. Volatile for that order.
    private volatile bool _isCompiling;

    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its own bounds.</exception>
    public TieredCompiler(TierOptions? options = null)
        : this(options ?? new TierOptions(), NativeProgram.TryCompile)
    {
    }

    /// <param name="options">The bounds.</param>
    /// <param name="compile">Stands for <see cref="NativeProgram.TryCompile"/> in tests that must stop it on its way.</param>
    internal TieredCompiler(TierOptions options, Func<BpfProgram, bool, NativeProgram?> compile)
    {
        options.Validate();
        _options = options;
        _compile = compile;
        _queue = Channel.CreateBounded<Request>(new BoundedChannelOptions(options.QueueCapacity) { SingleReader = true });
        if (options.Mode == TierMode.Interpret || !NativeProgram.IsSupported)
            return;
        _thread = new Thread(CompileRequests) { IsBackground = true, Name = "velox-bpf-compiler" };
        _thread.Start();
    }

    /// <summary>What it has done so far; while programs are compiled, each number is of a moment of its own.</summary>
    public TierCounts Counts => new(
        _queue.Reader.Count, Interlocked.Read(ref _compiled), Interlocked.Read(ref _evicted), Interlocked.Read(ref _dropped),
        Interlocked.Read(ref _refused), Interlocked.Read(ref _codeBytes));

    /// <summary>Whether no hot program waits or is being compiled in the background: for measurements, which would measure that too.</summary>
    public bool IsIdle => _queue.Reader.Count == 0 && !_isCompiling;

    /// <summary>Whether machines may use native code at all.</summary>
    internal bool AllowsNative => _options.Mode != TierMode.Interpret;

    /// <summary>
    /// Ends the thread, waiting for the program that it compiles, and takes all code back: machines that still have this
    /// compiler interpret from their next run on.
    /// </summary>
    public void Dispose()
    {
        _isDisposed = true;
        _queue.Writer.TryComplete();
        _thread?.Join();
        while (_queue.Reader.TryRead(out Request request))
            request.Program.Tier.Release();
        lock (_lock)
        {
            foreach (Installed installed in _installed)
                TakeBack(installed);
            _installed.Clear();
            _codeBytes = 0;
        }
    }

    /// <summary>A machine has loaded a program.</summary>
    internal void Loaded(BpfProgram program, bool allowsFrameGaps)
    {
        if (_options.Mode == TierMode.Eager && _thread is not null && program.Native is null)
            Compile(new Request(program, allowsFrameGaps));
    }

    /// <summary>A run, or a slice of one, has ended.</summary>
    internal void Ran(BpfProgram program, ulong units, bool allowsFrameGaps)
    {
        if (_thread is null)
            return;
        if (program.Native is not null)
            program.Tier.Use();
        else if (program.Tier.Add(units) >= HotUnits(program))
            Enqueue(new Request(program, allowsFrameGaps));
    }

    private ulong HotUnits(BpfProgram program) => (ulong)program.Count * (ulong)_options.UnitsPerInstruction;

    private void Enqueue(in Request request)
    {
        TierState tier = request.Program.Tier;
        if (tier.CodeBytes > _options.MaxCodeBytes || _isDisposed || !tier.TryClaim())
            return;
        if (_queue.Writer.TryWrite(request))
            return;
        tier.Release();
        Interlocked.Increment(ref _dropped);
    }

    private void CompileRequests()
    {
        ChannelReader<Request> reader = _queue.Reader;
        while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            _isCompiling = true;
            while (!_isDisposed && reader.TryRead(out Request request))
            {
                Compile(request);
                request.Program.Tier.Release();
            }

            _isCompiling = false;
            if (_isDisposed)
                return;
        }
    }

    private void Compile(in Request request)
    {
        (BpfProgram program, bool allowsFrameGaps) = request;
        lock (_lock)
        {
            if (_isDisposed || program.Native is not null || program.Tier.CodeBytes > _options.MaxCodeBytes)
                return;
            NativeProgram? native = TryCompile(program, allowsFrameGaps);
            if (native is not null)
                program.Tier.CodeBytes = native.CodeBytes;
            if (native is null || native.CodeBytes > _options.MaxCodeBytes)
            {
                _refused++;
                return;
            }

            MakeRoom(native.CodeBytes);
            program.Tier.Install();
            if (!program.TryInstall(native))
                return; // somebody called TryCompile meanwhile
            _installed.Add(new Installed(new WeakReference<BpfProgram>(program), program.Tier, native.CodeBytes));
            _codeBytes += native.CodeBytes;
            _compiled++;
        }
    }

    private NativeProgram? TryCompile(BpfProgram program, bool allowsFrameGaps)
    {
        try
        {
            return _compile(program, allowsFrameGaps);
        }
        catch (Exception exception) when (exception is OutOfMemoryException or InvalidOperationException)
        {
            // The interpreter needs no memory for code, and none of the code of an added instruction that is too long.
            return null;
        }
    }

    private void MakeRoom(int bytes)
    {
        _installed.RemoveAll(installed => !installed.Program.TryGetTarget(out _)); // nobody has them any more
        _codeBytes = _installed.Sum(installed => (long)installed.CodeBytes);
        while (_codeBytes + bytes > _options.MaxCodeBytes)
        {
            Installed victim = _installed.MinBy(installed => installed.Tier.LastUse)!;
            _installed.Remove(victim);
            _codeBytes -= victim.CodeBytes;
            _evicted++;
            TakeBack(victim);
        }
    }

    private static void TakeBack(Installed installed)
    {
        if (!installed.Program.TryGetTarget(out BpfProgram? program))
            return;
        program.Tier.Cool();
        program.Uninstall();
    }

    private readonly record struct Request(BpfProgram Program, bool AllowsFrameGaps);

    /// <summary>Code that a program has. The program is not kept alive by it.</summary>
    private sealed record Installed(WeakReference<BpfProgram> Program, TierState Tier, int CodeBytes);
}
