namespace Velox.Bpf.Tests;

/// <summary>The system calls that sbpf's own tests define.</summary>
internal static class SbpfTestFunctions
{
    internal static HostFunctionTable Table { get; } = new HostFunctionTable()
        .Add("bpf_gather_bytes", GatherBytes)
        .Add("bpf_mem_frob", MemFrob)
        .Add("bpf_str_cmp", StrCmp)
        .Add("bpf_syscall_string", Print)
        .Add("log", Print)
        .Add("bpf_syscall_u64", _ => 0)
        .Add("nested_vm_syscall", RunNested);

    private static ulong GatherBytes(HostCall call) =>
        (call.Argument1 << 32) | (call.Argument2 << 24) | (call.Argument3 << 16) | (call.Argument4 << 8) | call.Argument5;

    private static ulong MemFrob(HostCall call)
    {
        if (!call.TryWrite(call.Argument1, call.Argument2, out Span<byte> memory))
            return 0;
        foreach (ref byte value in memory)
            value ^= 0x2a;
        return 0;
    }

    private static ulong Print(HostCall call)
    {
        call.TryRead(call.Argument1, call.Argument2, out _);
        return 0;
    }

    private static ulong StrCmp(HostCall call)
    {
        if (call.Argument1 == 0 || call.Argument2 == 0)
            return ulong.MaxValue;
        for (ulong i = 0; ; i++)
        {
            if (!call.TryRead(call.Argument1 + i, 1, out ReadOnlySpan<byte> a)
                || !call.TryRead(call.Argument2 + i, 1, out ReadOnlySpan<byte> b))
            {
                return 0;
            }

            if (a[0] != b[0] || a[0] == 0)
                return (ulong)Math.Abs(a[0] - b[0]);
        }
    }

    /// <summary>Fails when r2 is set; with r1 left, runs itself in a machine of its own first.</summary>
    private static ulong RunNested(HostCall call)
    {
        if (call.Argument1 > 0)
        {
            var mov = new InstructionWord(0xb7, 1, 0, 0, (int)call.Argument1 - 1);
            var throwing = new InstructionWord(0xb7, 2, 0, 0, (int)call.Argument2);
            var syscall = new InstructionWord(0x85, 0, 0, 0, (int)FunctionKey.OfName("nested_vm_syscall"));
            var exit = new InstructionWord(0x95, 0, 0, 0, 0);
            InstructionWord[] words = [mov, throwing, syscall, exit];
            byte[] text = new byte[words.Length * InstructionWord.Bytes];
            for (int i = 0; i < words.Length; i++)
                words[i].Write(text.AsSpan(i * InstructionWord.Bytes));

            using var nested = new VirtualMachine();
            nested.Load(BpfProgram.Create(call.Machine.Program!.Dialect, text, Table));
            ExecutionResult result = nested.Run(call.RemainingUnits);
            bool isExpected = call.Argument2 == 0 ? result is { IsSuccess: true, Value: 42 } : result.Error == VmError.HostFunctionFailed;
            if (!isExpected)
                return call.Fail($"the nested machine ended with {result}");
        }

        return call.Argument2 == 0 ? 42 : call.Fail("CallDepthExceeded");
    }
}
