namespace Velox.Bpf.Tests;

public sealed class EvictionTests
{
    private const int Programs = 24;
    private const int Threads = 4;
    private const int Evictions = 300;
    private const int Seed = 20_261_125;

    public EvictionTests() =>
        Assert.SkipUnless(NativeProgram.IsSupported, "This machine does not run native code: it needs Linux on x86-64 or ARM64.");

    [Fact]
    public void Programs_that_threads_run_while_they_win_and_lose_their_code_give_their_results()
    {
        LoopProgram[] loops = [.. Enumerable.Range(1, Programs).Select(constant => new LoopProgram(constant))];
        int room = 4 * NativeProgram.TryCompile(loops[0].Program)!.CodeBytes;
        using var compiler = new TieredCompiler(
            new TierOptions { UnitsPerInstruction = 1, QueueCapacity = Programs / 2, MaxCodeBytes = room });
        Exception? failure = null;
        var threads = new Thread[Threads];
        for (int i = 0; i < Threads; i++)
        {
            var random = new Random(Seed + i);
            threads[i] = new Thread(() => RunUntilEnough(compiler, loops, random, ref failure));
            threads[i].Start();
        }

        // What is evicted is freed, and its memory used for the next program, while the threads run.
        while (threads.Any(thread => thread.IsAlive))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            long codeBytes = compiler.Counts.CodeBytes;
            Assert.True(codeBytes <= room, $"{codeBytes} bytes of code; at most {room} are allowed.");
        }

        Assert.Null(failure);
        Assert.True(compiler.Counts.Evicted >= Evictions);
    }

    [Fact]
    public void The_program_that_was_not_used_for_the_longest_time_loses_its_code()
    {
        LoopProgram[] loops = [.. Enumerable.Range(1, 4).Select(constant => new LoopProgram(constant))];
        int room = 3 * NativeProgram.TryCompile(loops[0].Program)!.CodeBytes;
        using var compiler = new TieredCompiler(new TierOptions { Mode = TierMode.Eager, MaxCodeBytes = room });
        using var machine = new VirtualMachine(new VmOptions { Compiler = compiler });
        foreach (LoopProgram loop in loops[..3])
            loop.Run(machine);
        loops[0].Run(machine);
        loops[3].Run(machine);
        Assert.Equal([true, false, true, true], loops.Select(loop => loop.Program.IsCompiled));
    }

    [Fact]
    public void A_program_that_nobody_has_any_more_makes_room()
    {
        var last = new LoopProgram(constant: 1);
        int room = NativeProgram.TryCompile(last.Program)!.CodeBytes;
        using var compiler = new TieredCompiler(new TierOptions { Mode = TierMode.Eager, MaxCodeBytes = room });
        WeakReference forgotten = LoadAndForget(compiler);
        CompileGate.Await(() =>
        {
            GC.Collect();
            return !forgotten.IsAlive;
        });
        using var machine = new VirtualMachine(new VmOptions { Compiler = compiler });
        last.Run(machine);
        Assert.Equal((true, 0L), (last.Program.IsCompiled, compiler.Counts.Evicted));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference LoadAndForget(TieredCompiler compiler)
    {
        var loop = new LoopProgram(constant: 2);
        using var machine = new VirtualMachine(new VmOptions { Compiler = compiler });
        loop.Run(machine);
        Assert.True(loop.Program.IsCompiled);
        return new WeakReference(loop.Program);
    }

    private static void RunUntilEnough(TieredCompiler compiler, LoopProgram[] loops, Random random, ref Exception? failure)
    {
        try
        {
            using var machine = new VirtualMachine(new VmOptions { Compiler = compiler });
            for (int run = 0; Volatile.Read(ref failure) is null && (run % 64 != 0 || compiler.Counts.Evicted < Evictions); run++)
                loops[random.Next(loops.Length)].Run(machine);
        }
        catch (Exception exception)
        {
            Volatile.Write(ref failure, exception);
        }
    }
}
