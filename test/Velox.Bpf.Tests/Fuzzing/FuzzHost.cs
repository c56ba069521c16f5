using System.Buffers.Binary;

namespace Velox.Bpf.Tests;

/// <summary>What a fuzzed host function may do: in the machine, and in the plain reference.</summary>
internal interface IFuzzCall
{
    ulong RemainingUnits { get; }

    List<ulong> Log { get; }

    ulong Argument(int number);

    bool TryConsume(ulong units);

    bool TryRead(ulong address, ulong length, out ReadOnlySpan<byte> memory);

    bool TryWrite(ulong address, ulong length, out Span<byte> memory);

    ulong Fail(object error);

    ulong EndProgram(ulong result);
}

/// <summary>Host functions with prices that read, write, consume, fail, end and throw; every call is noted with its arguments.</summary>
internal static class FuzzHost
{
    private static readonly (string Name, ulong PriceUnits, InlineForm Inline)[] Functions =
    [
        ("mix", 0, InlineForm.None), ("paid", 7, InlineForm.None), ("dear", 100, InlineForm.None), ("read", 1, InlineForm.None),
        ("write", 1, InlineForm.None), ("consume", 0, InlineForm.None), ("fail", 0, InlineForm.None), ("end", 0, InlineForm.None),
        ("throw", 0, InlineForm.None), ("copy", 3, InlineForm.Copy), ("move", 0, InlineForm.Move), ("set", 2, InlineForm.Set),
        ("compare", 4, InlineForm.Compare),
    ];

    /// <summary>Functions that let the program go on, whatever their arguments.</summary>
    internal const int TameCount = 3;

    internal static int Count => Functions.Length;

    private static HostFunctionTable EbpfTable { get; } = Build(isNamed: false);

    private static HostFunctionTable SbpfTable { get; } = Build(isNamed: true);

    internal static HostFunctionTable TableOf(Dialect dialect) => dialect.SbpfVersion is null ? EbpfTable : SbpfTable;

    internal static bool IsInline(int function) => Functions[function].Inline != InlineForm.None;

    internal static ulong PriceOf(int function) => Functions[function].PriceUnits;

    internal static uint KeyOf(Dialect dialect, int function) =>
        dialect.SbpfVersion is null ? (uint)(function + 1) : FunctionKey.OfName(Functions[function].Name);

    internal static int Find(Dialect dialect, ulong key)
    {
        for (int i = 0; i < Count; i++)
        {
            if (KeyOf(dialect, i) == key)
                return i;
        }

        return -1;
    }

    /// <summary>The body of a function.</summary>
    internal static ulong Run<TCall>(int function, TCall call)
        where TCall : IFuzzCall, allows ref struct
    {
        if (Functions[function].Inline != InlineForm.None)
            return RunInline(Functions[function].Inline, call); // not noted: native code may not call it
        call.Log.Add((ulong)function);
        call.Log.Add(call.RemainingUnits);
        for (int i = 1; i <= 5; i++)
            call.Log.Add(call.Argument(i));
        (ulong first, ulong second, ulong third) = (call.Argument(1), call.Argument(2), call.Argument(3));
        switch (Functions[function].Name)
        {
            case "read":
                if (!call.TryRead(first, second & 63, out ReadOnlySpan<byte> source))
                    return 1;
                ulong sum = 0;
                foreach (byte value in source)
                    sum = (sum * 31) + value;
                return sum;
            case "write":
                if (!call.TryWrite(first, second & 63, out Span<byte> target))
                    return 2;
                target.Fill((byte)third);
                return third;
            case "consume":
                return call.TryConsume(first & 31) ? second : 3; // not the meter: a slice has its own
            case "fail":
                return (first & 3) == 0 ? call.Fail("failed") : second;
            case "end":
                return (first & 3) == 0 ? call.EndProgram(second) : third;
            case "throw":
                return (first & 3) == 0 ? throw new FormatException() : third;
            default:
                return (first * 0x9e3779b97f4a7c15) ^ second;
        }
    }

    private static ulong RunInline<TCall>(InlineForm form, TCall call)
        where TCall : IFuzzCall, allows ref struct
    {
        (ulong first, ulong second, ulong length) = (call.Argument(1), call.Argument(2), call.Argument(3));
        if (form == InlineForm.Compare)
        {
            if (!call.TryRead(first, length, out ReadOnlySpan<byte> left) || !call.TryRead(second, length, out ReadOnlySpan<byte> right))
                return 5;
            int difference = 0;
            for (int i = 0; i < left.Length && difference == 0; i++)
                difference = left[i] - right[i];
            if (!call.TryWrite(call.Argument(4), 4, out Span<byte> result))
                return 6;
            BinaryPrimitives.WriteInt32LittleEndian(result, difference);
            return 0;
        }

        if (form == InlineForm.Copy && (first > second ? first - second : second - first) < length)
            return call.Fail("overlap");
        if (!call.TryWrite(first, length, out Span<byte> target))
            return 7;
        if (form == InlineForm.Set)
            target.Fill((byte)second);
        else if (call.TryRead(second, length, out ReadOnlySpan<byte> source))
            source.CopyTo(target);
        return 0;
    }

    private static HostFunctionTable Build(bool isNamed)
    {
        var table = new HostFunctionTable();
        for (int i = 0; i < Functions.Length; i++)
        {
            int function = i;
            (string name, ulong price, InlineForm inline) = Functions[i];
            if (isNamed)
                table.Add(name, call => Run(function, new MachineCall(call)), price, inline);
            else
                table.Add((uint)(i + 1), name, call => Run(function, new MachineCall(call)), price, inline);
        }

        return table;
    }

    private readonly ref struct MachineCall(HostCall call) : IFuzzCall
    {
        private readonly HostCall _call = call;

        public ulong RemainingUnits => _call.RemainingUnits;

        public List<ulong> Log => (List<ulong>)_call.Context!;

        public ulong Argument(int number) => number switch
        {
            1 => _call.Argument1,
            2 => _call.Argument2,
            3 => _call.Argument3,
            4 => _call.Argument4,
            _ => _call.Argument5,
        };

        public bool TryConsume(ulong units) => _call.TryConsume(units);

        public bool TryRead(ulong address, ulong length, out ReadOnlySpan<byte> memory) => _call.TryRead(address, length, out memory);

        public bool TryWrite(ulong address, ulong length, out Span<byte> memory) => _call.TryWrite(address, length, out memory);

        public ulong Fail(object error) => _call.Fail(error);

        public ulong EndProgram(ulong result) => _call.EndProgram(result);
    }
}
