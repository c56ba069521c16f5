using Velox.Bpf;

namespace Velox.BookVm;

/// <summary>Runs a program whose instructions reach a sharded order book.</summary>
/// <remarks>
/// <para>A run claims one shard and is its only writer until it ends; runs on different shards, of one machine or of several that
/// share a book, go on at the same time. A shard that is taken is refused with <see cref="BookVmError.ShardBusy"/>: waiting is the
/// caller's policy.</para>
/// <para>The program sees, besides stack, heap, and input (r1 its address, r2 its length): the shard's view at
/// <see cref="ViewAddress"/> and the market's slab at <see cref="SlabAddress"/>, both in place and read-only.</para>
/// <para>Each operation happens wholly or not at all. A program that ends with an error keeps what its operations did.</para>
/// <para>Any thread may call anything but <see cref="Dispose"/>, which comes after the last run.</para>
/// </remarks>
/// <example>
/// <code>
/// BpfProgram program = BookVirtualMachine.Assemble("""
///     mov64 r1, 0        ; seat
///     mov64 r2, 0        ; a bid, limit
///     mov64 r3, 100      ; price
///     mov64 r4, 10       ; amount
///     mov64 r5, 1        ; id
///     placeorder r0
///     exit
///     """);
/// using var machine = new BookVirtualMachine(program, shards: 8);
/// machine.Run();
/// Console.WriteLine($"Best bid: {machine.BestBid}");
/// </code>
/// </example>
public sealed class BookVirtualMachine : IDisposable
{
    /// <summary>Where the program sees its shard's view: last result, words.</summary>
    public const ulong ViewAddress = 0x5_0000_0000;

    /// <summary>Where the program sees the market's slab, laid out as docs/market-layout.md says.</summary>
    public const ulong SlabAddress = 0x6_0000_0000;

    private readonly BpfProgram _program;
    private readonly BookVmOptions _options;

    // Each belongs to whoever has claimed the shard, made when it is first run on.
    private readonly ShardMachine?[] _machines;

    /// <summary>A machine with a book of its own to try programs on: <see cref="ShardedBook.CreateSandbox"/>.</summary>
    /// <param name="program">What it runs.</param>
    /// <param name="shards">1 to <see cref="ShardedBook.MaxShards"/>.</param>
    public BookVirtualMachine(BpfProgram program, int shards)
        : this(program, ShardedBook.CreateSandbox(shards))
    {
    }

    /// <param name="program">What it runs; made with <see cref="BookInstructions"/>, <see cref="BookSyscalls"/> or both.</param>
    /// <param name="book">What it runs on.</param>
    /// <param name="options">Null for the usual.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size in the options is out of its bounds.</exception>
    public BookVirtualMachine(BpfProgram program, ShardedBook book, BookVmOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(book);
        _options = options ?? new BookVmOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.InputBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_options.InputBytes, BookVmOptions.MaxInputBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(_options.HeapBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_options.HeapBytes, VmOptions.MaxHeapBytes);
        _program = program;
        Book = book;
        _machines = new ShardMachine?[book.ShardCount];
        if (_options.AllowsNative)
            program.TryCompile();
    }

    /// <summary>The book, perhaps shared with other machines.</summary>
    public ShardedBook Book { get; }

    /// <summary>The highest bid of all shards, 0 for none. Any thread, at any time.</summary>
    public ulong BestBid => Book.BestBidTicks;

    /// <summary>The lowest ask of all shards, 0 for none. Any thread, at any time.</summary>
    public ulong BestAsk => Book.BestAskTicks;

    /// <summary>A program of assembly text in <see cref="BookInstructions.Ebpf"/>, which may also call <see cref="BookSyscalls"/>.</summary>
    /// <exception cref="AssemblyException">A line is wrong.</exception>
    /// <exception cref="BpfProgramException">The verifier refuses it.</exception>
    public static BpfProgram Assemble(string text) =>
        BpfProgram.Create(Assembler.Assemble(text, BookInstructions.Ebpf), BookSyscalls.Table);

    /// <summary>A program of an object of <c>clang -target bpfel</c> or of an sBPF file, which calls <see cref="BookSyscalls"/>.</summary>
    /// <exception cref="InvalidDataException">The file is refused; the message says why.</exception>
    /// <exception cref="BpfProgramException">The verifier refuses it.</exception>
    public static BpfProgram LoadElf(ReadOnlyMemory<byte> file) =>
        ElfLoader.TryLoad(file, ElfOptions.Default, BookSyscalls.Table, out ProgramImage? image) is { } error
            ? throw new InvalidDataException(error.Message)
            : BpfProgram.Create(image!, BookSyscalls.Table);

    /// <summary>Runs the program on shard 0.</summary>
    public BookRun Run() => Run(shard: 0);

    /// <summary>Runs the program on a shard, from its entry to its end.</summary>
    /// <param name="shard">Which.</param>
    /// <param name="input">What the program finds at <see cref="MemoryMap.InputAddress"/>.</param>
    /// <param name="slot">What events and orders are stamped with.</param>
    /// <exception cref="ArgumentException">The input is longer than <see cref="BookVmOptions.InputBytes"/>.</exception>
    public BookRun Run(int shard, ReadOnlySpan<byte> input = default, ulong slot = 0)
    {
        if (input.Length > _options.InputBytes)
            throw new ArgumentException($"The input has {input.Length} bytes; the machine was made for {_options.InputBytes}.", nameof(input));
        if (Book.Find((ulong)shard) is not { } target)
            return new BookRun(BookVmError.UnknownShard, default);
        if (!target.TryClaim())
            return new BookRun(BookVmError.ShardBusy, default);
        try
        {
            ShardMachine machine = _machines[shard] ??= new ShardMachine(_program, Book, target, _options);
            return new BookRun(BookVmError.None, machine.Run(input, slot));
        }
        finally
        {
            target.Release();
        }
    }

    /// <summary>A copy of r0 to r10 as the last run on a shard left them; all 0 before it.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such shard.</exception>
    /// <exception cref="InvalidOperationException">The shard is taken.</exception>
    public ulong[] RegistersOf(int shard = 0) => Inspect(shard, machine => machine.Registers.ToArray()) ?? new ulong[11];

    /// <summary>What a function ended the last run on a shard with, or null: <see cref="VirtualMachine.HostError"/>.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such shard.</exception>
    /// <exception cref="InvalidOperationException">The shard is taken.</exception>
    public object? HostErrorOf(int shard = 0) => Inspect(shard, machine => machine.HostError);

    public void Dispose()
    {
        foreach (ShardMachine? machine in _machines)
            machine?.Dispose();
    }

    private T? Inspect<T>(int shard, Func<ShardMachine, T> look)
        where T : class?
    {
        BookShard target = Book[shard];
        if (!target.TryClaim())
            throw new InvalidOperationException($"Shard {shard} is taken: look again when its run has ended.");
        try
        {
            return _machines[shard] is { } machine ? look(machine) : null;
        }
        finally
        {
            target.Release();
        }
    }
}
