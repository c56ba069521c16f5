namespace Velox.Bpf.Tests;

public sealed class TieredCompilerTests
{
    private readonly LoopProgram _loop = new(constant: 7);

    public TieredCompilerTests() =>
        Assert.SkipUnless(NativeProgram.IsSupported, "This machine does not run native code: it needs Linux on x86-64 or ARM64.");

    [Fact]
    public void A_program_becomes_native_code_when_it_is_hot_and_not_before()
    {
        using var gate = new CompileGate();
        int threshold = (int)_loop.Expected.ConsumedUnits * 3 / _loop.Program.Count;
        using var compiler = new TieredCompiler(new TierOptions { UnitsPerInstruction = threshold }, gate.Compile);
        using var machine = new VirtualMachine(new VmOptions { Compiler = compiler });

        for (int run = 0; run < 2; run++)
            _loop.Run(machine);
        Assert.Equal((0, 0), (compiler.Counts.Queued, gate.Arrived));
        Assert.True(compiler.IsIdle);
        _loop.Run(machine);
        Assert.False(compiler.IsIdle);
        CompileGate.Await(() => gate.Arrived == 1);

        // Runs go on, and queue it no second time.
        for (int run = 0; run < 10; run++)
            _loop.Run(machine);
        Assert.Equal(0, compiler.Counts.Queued);
        Assert.False(compiler.IsIdle);
        Assert.False(_loop.Program.IsCompiled);

        gate.Open();
        CompileGate.Await(() => compiler.IsIdle);
        Assert.Equal(1, compiler.Counts.Compiled);
        Assert.True(_loop.Program.IsCompiled);
        Assert.Equal(_loop.Program.Native!.CodeBytes, compiler.Counts.CodeBytes);
        _loop.Run(machine);
        Assert.Equal(1, gate.Arrived);
    }

    [Fact]
    public void Eager_programs_are_native_code_from_the_first_run_on()
    {
        using var compiler = new TieredCompiler(new TierOptions { Mode = TierMode.Eager });
        using var machine = new VirtualMachine(new VmOptions { Compiler = compiler });
        machine.Load(_loop.Program);
        Assert.True(_loop.Program.IsCompiled);
        _loop.Run(machine);
        Assert.Equal(1, compiler.Counts.Compiled);
    }

    [Fact]
    public void An_eager_program_that_lost_its_code_gets_it_again_when_it_is_hot_while_its_machine_goes_on()
    {
        var other = new LoopProgram(constant: 8);
        int bytes = NativeProgram.TryCompile(_loop.Program)!.CodeBytes;
        using var compiler = new TieredCompiler(new TierOptions { Mode = TierMode.Eager, UnitsPerInstruction = 1, MaxCodeBytes = bytes });
        using var machine = new VirtualMachine(new VmOptions { Compiler = compiler });
        machine.Load(_loop.Program);
        using (var second = new VirtualMachine(new VmOptions { Compiler = compiler }))
            second.Load(other.Program);
        Assert.Equal((false, true), (_loop.Program.IsCompiled, other.Program.IsCompiled));
        Assert.Equal(1, compiler.Counts.Evicted);

        Assert.Equal(_loop.Expected, machine.Run(units: 1_000_000));
        CompileGate.Await(() => _loop.Program.IsCompiled);
        Assert.False(other.Program.IsCompiled);
    }

    [Fact]
    public void Where_only_the_interpreter_is_wanted_nothing_is_compiled_and_code_of_others_is_not_used()
    {
        using var compiler = new TieredCompiler(new TierOptions { Mode = TierMode.Interpret, UnitsPerInstruction = 1 });
        using var machine = new VirtualMachine(new VmOptions { Compiler = compiler });
        for (int run = 0; run < 10; run++)
            _loop.Run(machine);
        Assert.Equal(default, compiler.Counts);
        Assert.False(_loop.Program.IsCompiled);

        // Another program's code would have another result.
        var other = new LoopProgram(constant: 8);
        Assert.True(_loop.Program.TryInstall(NativeProgram.TryCompile(other.Program)!));
        _loop.Run(machine);
        using var native = new VirtualMachine();
        native.Load(_loop.Program);
        Assert.Equal(other.Expected, native.Run(units: 1_000_000));
    }

    [Fact]
    public void A_hot_program_that_finds_the_queue_full_is_dropped_and_compiled_when_it_is_hot_again()
    {
        using var gate = new CompileGate();
        using var compiler = new TieredCompiler(new TierOptions { UnitsPerInstruction = 1, QueueCapacity = 1 }, gate.Compile);
        using var machine = new VirtualMachine(new VmOptions { Compiler = compiler });
        (LoopProgram second, LoopProgram third) = (new LoopProgram(constant: 8), new LoopProgram(constant: 9));

        _loop.Run(machine);
        CompileGate.Await(() => gate.Arrived == 1);
        second.Run(machine);
        Assert.Equal(1, compiler.Counts.Queued);
        third.Run(machine);
        third.Run(machine);
        Assert.Equal((1, 2), (compiler.Counts.Queued, compiler.Counts.Dropped));

        gate.Open();
        CompileGate.Await(() => compiler.Counts.Compiled == 2);
        third.Run(machine);
        CompileGate.Await(() => compiler.Counts.Compiled == 3);
        Assert.All((LoopProgram[])[_loop, second, third], loop => loop.Run(machine));
    }

    [Fact]
    public void Disposing_waits_for_the_program_in_work_forgets_the_queue_and_takes_code_back()
    {
        using var gate = new CompileGate();
        var compiler = new TieredCompiler(new TierOptions { UnitsPerInstruction = 1 }, gate.Compile);
        using var machine = new VirtualMachine(new VmOptions { Compiler = compiler });
        var queued = new LoopProgram(constant: 8);
        _loop.Run(machine);
        CompileGate.Await(() => gate.Arrived == 1);
        queued.Run(machine);

        var disposer = new Thread(compiler.Dispose);
        disposer.Start();
        gate.Open();
        disposer.Join();
        compiler.Dispose();
        Assert.Equal((1, 0L, 0), (gate.Arrived, compiler.Counts.CodeBytes, compiler.Counts.Queued));

        for (int run = 0; run < 10; run++)
        {
            _loop.Run(machine);
            queued.Run(machine);
        }

        Assert.Equal((false, false, 1), (_loop.Program.IsCompiled, queued.Program.IsCompiled, gate.Arrived));

        // Another compiler may have them.
        using var next = new TieredCompiler(new TierOptions { UnitsPerInstruction = 1 });
        using var nextMachine = new VirtualMachine(new VmOptions { Compiler = next });
        queued.Run(nextMachine);
        CompileGate.Await(() => queued.Program.IsCompiled);
        queued.Run(nextMachine);
    }

    [Fact]
    public void A_program_with_more_code_than_the_bound_is_refused_once_and_interpreted()
    {
        using var gate = new CompileGate();
        gate.Open();
        using var compiler = new TieredCompiler(new TierOptions { UnitsPerInstruction = 1, MaxCodeBytes = 64 }, gate.Compile);
        using var machine = new VirtualMachine(new VmOptions { Compiler = compiler });
        _loop.Run(machine);
        CompileGate.Await(() => compiler.Counts.Refused == 1);
        for (int run = 0; run < 10; run++)
            _loop.Run(machine);
        Assert.Equal((false, 1, 0L), (_loop.Program.IsCompiled, gate.Arrived, compiler.Counts.CodeBytes));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    [InlineData(TierOptions.MaxUnitsPerInstruction + 1, 1, 1)]
    [InlineData(1, TierOptions.MaxQueueCapacity + 1, 1)]
    [InlineData(1, 1, TierOptions.MaxMaxCodeBytes + 1)]
    public void A_bound_out_of_its_own_bounds_is_refused(int units, int capacity, int codeBytes)
    {
        var options = new TierOptions { UnitsPerInstruction = units, QueueCapacity = capacity, MaxCodeBytes = codeBytes };
        Assert.Throws<ArgumentOutOfRangeException>(() => new TieredCompiler(options));
    }
}
