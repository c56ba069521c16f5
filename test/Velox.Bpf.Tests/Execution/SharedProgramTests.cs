namespace Velox.Bpf.Tests;

/// <summary>Programs and machines that are used again, exchanged, and shared by threads.</summary>
public sealed class SharedProgramTests
{
    private const ulong Seed = 17;

    [Fact]
    public void A_machine_that_ran_other_programs_is_like_a_fresh_one()
    {
        Assert.SkipUnless(NativeProgram.IsSupported, "This machine does not run native code: it needs Linux on x86-64 or ARM64.");
        var options = new VmOptions { MaxCallDepth = 5, HeapBytes = 1000 };
        using var used = new VirtualMachine(options);
        for (ulong number = 0; number < 400; number++)
        {
            var random = new FuzzRandom(Seed + (number * 0x9e3779b97f4a7c15));
            FuzzProgram program = ProgramGenerator.Generate(random, random.Pick(Dialect.All));
            program = program with { Layout = program.Layout with { Options = options } };
            BpfProgram loaded = program.Create();
            if (random.Chance(70))
                Assert.True(loaded.TryCompile());
            using var fresh = new FuzzMachine(program, program.Create());
            var again = new FuzzMachine(program, loaded, used);
            for (int i = 0; i < 3; i++)
            {
                var input = FuzzInput.Generate(random);
                again.Run(input);
                fresh.Run(input);
                string? difference = again.Difference(fresh);
                Assert.True(difference is null, $"seed {Seed}, program {number}, run {i}: {difference}\n{program.Describe()}");
            }
        }
    }

    [Fact]
    public void Threads_share_a_program_while_it_is_compiled()
    {
        for (ulong number = 0; number < 60; number++)
        {
            var random = new FuzzRandom(Seed ^ (number * 0xd1342543de82ef95));
            FuzzProgram program = ProgramGenerator.Generate(random, random.Pick(Dialect.All));
            BpfProgram shared = program.Create();
            FuzzInput[] inputs = [.. Enumerable.Range(0, 30).Select(_ => FuzzInput.Generate(random))];
            using var oracle = new FuzzMachine(program, program.Create());
            FuzzOutcome[] expected = [.. inputs.Select(input => Run(oracle, input))];
            using var start = new Barrier(3);
            string? failure = null;
            Thread[] threads = [new(RunAll), new(RunAll), new(Compile)];
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                thread.Join();
            Assert.True(failure is null, $"seed {Seed}, program {number}: {failure}\n{program.Describe()}");

            void RunAll()
            {
                using var machine = new FuzzMachine(program, shared);
                start.SignalAndWait();
                for (int i = 0; i < inputs.Length; i++)
                    failure ??= expected[i].Difference(Run(machine, inputs[i] with { }));
            }

            void Compile()
            {
                start.SignalAndWait();
                shared.TryCompile(program.Layout.Options.AllowsFrameGaps);
            }
        }
    }

    [Fact]
    public void Code_stays_while_it_runs_and_goes_when_nobody_has_it()
    {
        Assert.SkipUnless(NativeProgram.IsSupported, "This machine does not run native code: it needs Linux on x86-64 or ARM64.");
        HostFunctionTable host = new HostFunctionTable().Add(1, "collect", call =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return call.Argument1 + 1;
        });
        InstructionWord[] words = [new(0x85, 0, 0, 0, 1), new(0xbf, 1, 0, 0, 0), new(0xa5, 1, 0, -3, 20), new(0x95, 0, 0, 0, 0)];
        byte[] text = new byte[words.Length * InstructionWord.Bytes];
        for (int i = 0; i < words.Length; i++)
            words[i].Write(text.AsSpan(i * InstructionWord.Bytes));
        for (int i = 0; i < 3; i++)
        {
            var program = BpfProgram.Create(Dialect.Ebpf, text, host);
            Assert.True(program.TryCompile());
            var machine = new VirtualMachine();
            machine.Load(program);
            Assert.Equal(20ul, machine.Run(1000).Value);
            machine.Dispose();
        }
    }

    [Fact]
    public void Ranges_of_the_arena_never_overlap()
    {
        Assert.SkipUnless(NativeProgram.IsSupported, "This machine does not run native code: it needs Linux on x86-64 or ARM64.");
        CodeArena arena = CodeArena.Shared!;
        bool isIntact = true;
        Thread[] threads = [.. Enumerable.Range(1, 4).Select(number => new Thread(() => Use((ulong)number)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.True(isIntact, $"seed {Seed}");

        unsafe void Use(ulong number)
        {
            var random = new FuzzRandom(Seed + number);
            List<(CodeRange Range, byte[] Bytes)> held = [];
            for (int i = 0; i < 2000; i++)
            {
                if (held.Count > 20 || (held.Count > 0 && random.Chance(45)))
                {
                    int at = random.Below(held.Count);
                    (CodeRange range, byte[] bytes) = held[at];
                    if (!new ReadOnlySpan<byte>((void*)range.ExecutableAddress, bytes.Length).SequenceEqual(bytes))
                        isIntact = false;
                    arena.Free(range);
                    held.RemoveAt(at);
                }
                else
                {
                    byte[] bytes = random.Bytes(random.Between(1, 5000));
                    held.Add((arena.TryAdd(bytes)!.Value, bytes));
                }
            }

            foreach ((CodeRange range, _) in held)
                arena.Free(range);
        }
    }

    private static FuzzOutcome Run(FuzzMachine machine, FuzzInput input)
    {
        machine.Run(input);
        return machine.Outcome();
    }
}
