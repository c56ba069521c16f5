using System.Diagnostics;
using System.Globalization;

namespace Velox.Bpf.Tests;

/// <summary>Encodings, as binutils reads them.</summary>
public sealed class Arm64AssemblerTests
{
    private static readonly Arm64[] Registers = [Arm64.X0, Arm64.X7, Arm64.X8, Arm64.X16, Arm64.X21, Arm64.X30];
    private static readonly (Arm64Condition Condition, string Name)[] Conditions =
    [
        (Arm64Condition.Equal, "eq"), (Arm64Condition.NotEqual, "ne"), (Arm64Condition.AboveOrEqual, "cs"), (Arm64Condition.Below, "cc"),
        (Arm64Condition.Above, "hi"), (Arm64Condition.BelowOrEqual, "ls"), (Arm64Condition.GreaterOrEqual, "ge"),
        (Arm64Condition.Less, "lt"), (Arm64Condition.Greater, "gt"), (Arm64Condition.LessOrEqual, "le"),
    ];

    private readonly List<string> _expected = [];

    private delegate void Emit(ref Arm64Assembler code);

    [Fact]
    public void Sums_and_products()
    {
        var emits = new List<Emit>();
        string[] names = ["add", "adds", "sub", "subs"];
        foreach ((bool wide, Arm64 to, Arm64 left, Arm64 right) in Operands())
        {
            for (int i = 0; i < names.Length; i++)
            {
                var operation = (Arm64Sum)i;
                Expect($"{names[i]} {Name(to, wide)}, {Name(left, wide)}, {Name(right, wide)}", (ref c) => c.Sum(wide, operation, to, left, right));
                Expect($"{names[i]} {Name(to, wide)}, {Name(left, wide)}, #0xfff", (ref c) => Assert.True(c.TrySum(wide, operation, to, left, 0xfff)));
                Expect($"{names[i]} {Name(to, wide)}, {Name(left, wide)}, #0x1, lsl #12", (ref c) => Assert.True(c.TrySum(wide, operation, to, left, 4096)));
                Expect($"{names[i]} {Name(to, wide)}, {Name(left, wide)}, #0x0", (ref c) => Assert.True(c.TrySum(wide, operation, to, left, 0)));
            }

            Expect($"add {Name(to, wide)}, {Name(left, wide)}, {Name(right, wide)}, lsl #7", (ref c) => c.Sum(wide, Arm64Sum.Add, to, left, right, 7));
            Expect($"madd {Name(to, wide)}, {Name(left, wide)}, {Name(right, wide)}, {Name(Arm64.Zero, wide)}", (ref c) => c.Multiply(wide, to, left, right));
            Expect($"msub {Name(to, wide)}, {Name(left, wide)}, {Name(right, wide)}, {Name(to, wide)}", (ref c) => c.MultiplySubtract(wide, to, left, right, to));
            Expect($"smulh {to}, {left}, {right}".ToLowerInvariant(), (ref c) => c.MultiplyHigh(true, to, left, right));
            Expect($"umulh {to}, {left}, {right}".ToLowerInvariant(), (ref c) => c.MultiplyHigh(false, to, left, right));
            (string Name, Arm64Binary Operation)[] binaries =
            [
                ("udiv", Arm64Binary.UnsignedDivide), ("sdiv", Arm64Binary.SignedDivide), ("lslv", Arm64Binary.ShiftLeft),
                ("lsrv", Arm64Binary.ShiftRight), ("asrv", Arm64Binary.ArithmeticShiftRight),
            ];
            foreach ((string name, Arm64Binary operation) in binaries)
                Expect($"{name} {Name(to, wide)}, {Name(left, wide)}, {Name(right, wide)}", (ref c) => c.Binary(wide, operation, to, left, right));
        }

        Expect("add x9, sp, #0x0", (ref c) => c.MoveStackPointer(Arm64.X9, Arm64.StackPointer));
        Expect("add sp, x9, #0x0", (ref c) => c.MoveStackPointer(Arm64.StackPointer, Arm64.X9));
        Check(emits);

        void Expect(string text, Emit emit) => this.Expect(emits, text, emit);
    }

    [Fact]
    public void Bits()
    {
        var emits = new List<Emit>();
        string[] names = ["and", "orr", "eor", "ands"];
        foreach ((bool wide, Arm64 to, Arm64 left, Arm64 right) in Operands())
        {
            for (int i = 0; i < names.Length; i++)
            {
                var operation = (Arm64Logic)i;
                Expect($"{names[i]} {Name(to, wide)}, {Name(left, wide)}, {Name(right, wide)}", (ref c) => c.Logic(wide, operation, to, left, right));
                Expect($"{names[i]} {Name(to, wide)}, {Name(left, wide)}, #0xff0", (ref c) => Assert.True(c.TryLogic(wide, operation, to, left, 0xff0)));
            }

            int size = wide ? 64 : 32;
            foreach (int count in new[] { 0, 1, 7, size - 1 })
            {
                Expect($"ubfm {Name(to, wide)}, {Name(left, wide)}, #{(size - count) % size}, #{size - 1 - count}", (ref c) => c.ShiftLeft(wide, to, left, count));
                Expect($"ubfm {Name(to, wide)}, {Name(left, wide)}, #{count}, #{size - 1}", (ref c) => c.ShiftRight(wide, false, to, left, count));
                Expect($"sbfm {Name(to, wide)}, {Name(left, wide)}, #{count}, #{size - 1}", (ref c) => c.ShiftRight(wide, true, to, left, count));
            }

            Expect($"sbfm {Name(to, wide)}, {Name(left, wide)}, #0, #15", (ref c) => c.Extend(wide, true, 16, to, left));
            Expect($"ubfm {Name(to, wide)}, {Name(left, wide)}, #0, #7", (ref c) => c.Extend(wide, false, 8, to, left));
            Expect($"ubfm {to}, {left}, #32, #35".ToLowerInvariant(), (ref c) => c.ExtractBits(to, left, 32, 4));
            Expect($"rev16 {Name(to, false)}, {Name(left, false)}", (ref c) => c.ReverseBytes(16, to, left));
            Expect($"rev {Name(to, wide)}, {Name(left, wide)}", (ref c) => c.ReverseBytes(wide ? 64 : 32, to, left));
            Expect($"orr {Name(to, wide)}, {Name(Arm64.Zero, wide)}, {Name(left, wide)}", (ref c) => c.Move(wide, to, left));
        }

        Check(emits);

        void Expect(string text, Emit emit) => this.Expect(emits, text, emit);
    }

    /// <summary>All masks of 64 bits that the processor knows, and values that are none.</summary>
    [Fact]
    public void Masks()
    {
        var emits = new List<Emit>();
        var masks = new HashSet<ulong>();
        for (int size = 2; size <= 64; size *= 2)
        {
            for (int ones = 1; ones < size; ones++)
            {
                for (int turn = 0; turn < size; turn++)
                {
                    UInt128 run = (UInt128.One << ones) - 1;
                    ulong element = (ulong)((run << turn) | (run >> (size - turn)));
                    element &= ulong.MaxValue >> (64 - size);
                    ulong mask = 0;
                    for (int at = 0; at < 64; at += size)
                        mask |= element << at;
                    masks.Add(mask);
                }
            }
        }

        Assert.Equal(5334, masks.Count);
        foreach (ulong mask in masks)
            Expect(emits, $"and x1, x2, #0x{mask:x}", (ref c) => Assert.True(c.TryLogic(true, Arm64Logic.And, Arm64.X1, Arm64.X2, mask)));
        Check(emits);
        foreach (ulong other in (ulong[])[0, ulong.MaxValue, 5, 0x1234, 0xff00_ff00_ff00_00ff, 0x8000_0000_0000_0002])
            Assert.False(Try(other));

        static unsafe bool Try(ulong value)
        {
            uint place;
            var code = new Arm64Assembler((byte*)&place);
            return code.TryLogic(true, Arm64Logic.And, Arm64.X1, Arm64.X2, value);
        }
    }

    [Fact]
    public void Accesses()
    {
        var emits = new List<Emit>();
        foreach ((bool isSigned, Arm64 data, Arm64 address, Arm64 index) in Operands())
        {
            foreach (int bytes in new[] { 1, 2, 4, 8 })
            {
                bool signs = isSigned && bytes < 8;
                string suffix = bytes switch { 1 => "b", 2 => "h", 4 when signs => "w", _ => "" };
                string register = Name(data, signs || bytes == 8);
                string stored = Name(data, bytes == 8);
                string storeSuffix = bytes switch { 1 => "b", 2 => "h", _ => "" };
                string sign = signs ? "s" : "";
                foreach (int offset in new[] { 0, bytes, 255 * bytes, 4095 * bytes, -1, -256, 255 })
                {
                    Assert.True(Arm64Assembler.IsOffset(bytes, offset));
                    string un = offset >= 0 && offset % bytes == 0 ? "" : "u";
                    string place = offset == 0 ? $"[{Name(address, true)}]" : $"[{Name(address, true)}, #{offset}]";
                    Expect($"ld{un}r{sign}{suffix} {register}, {place}", (ref c) => c.Load(bytes, signs, data, address, offset));
                    Expect($"st{un}r{storeSuffix} {stored}, {place}", (ref c) => c.Store(bytes, data, address, offset));
                }

                Assert.False(Arm64Assembler.IsOffset(bytes, -257) || Arm64Assembler.IsOffset(bytes, 4096 * bytes));
                string sum = $"[{Name(address, true)}, {Name(index, true)}]";
                Expect($"ldr{sign}{suffix} {register}, {sum}", (ref c) => c.LoadIndexed(bytes, signs, data, address, index));
                Expect($"str{storeSuffix} {stored}, {sum}", (ref c) => c.StoreIndexed(bytes, data, address, index));
            }

            (string d, string a, string i) = (Name(data, true), Name(address, true), Name(index, true));
            Expect($"ldr {Name(data, false)}, [{a}, {i}, lsl #2]", (ref c) => c.LoadIndexed(4, false, data, address, index, isScaled: true));
            if (data != address)
            {
                Expect($"ldr {d}, [{a}], #8", (ref c) => c.LoadMoving(data, address, 8, Arm64Index.Post));
                Expect($"str {d}, [{a}, #-8]!", (ref c) => c.StoreMoving(data, address, -8, Arm64Index.Pre));
            }

            if (data == address || data == index || index == address)
                continue;
            Expect($"ldp {d}, {i}, [{a}, #504]", (ref c) => c.LoadPair(data, index, address, 504));
            Expect($"stp {d}, {i}, [{a}, #-512]!", (ref c) => c.StorePair(data, index, address, -512, Arm64Index.Pre));
            Expect($"ldp {d}, {i}, [{a}], #16", (ref c) => c.LoadPair(data, index, address, 16, Arm64Index.Post));
        }

        Check(emits);

        void Expect(string text, Emit emit) => this.Expect(emits, text, emit);
    }

    [Fact]
    public void Jumps_and_the_rest()
    {
        var emits = new List<Emit>();
        foreach (int distance in new[] { -1 << 20, -4, 0, 4, 1024, (1 << 20) - 4 })
        {
            // Objdump shows where a jump leads to.
            string Target(string text) => $"{text}0x{(ulong)(uint)((emits.Count * 4) + distance) | (((emits.Count * 4) + distance < 0) ? 0xffff_ffff_0000_0000 : 0):x}";
            Expect(Target("b "), (ref c) => c.Patch(c.Jump(), c.Position - 4 + distance));
            Expect(Target("bl "), (ref c) => c.Patch(c.Call(), c.Position - 4 + distance));
            Expect(Target("adr x21, "), (ref c) => c.Patch(c.Address(Arm64.X21), c.Position - 4 + distance));
            Expect(Target("cbz x8, "), (ref c) => c.Patch(c.JumpIfZero(true, true, Arm64.X8), c.Position - 4 + distance));
            Expect(Target("cbnz w30, "), (ref c) => c.Patch(c.JumpIfZero(false, false, Arm64.X30), c.Position - 4 + distance));
            foreach ((Arm64Condition condition, string name) in Conditions)
                Expect(Target($"b.{name} "), (ref c) => c.Patch(c.JumpIf(condition), c.Position - 4 + distance));
        }

        foreach ((Arm64Condition condition, string name) in Conditions)
            Expect($"ccmp x9, x13, #0x2, {name}", (ref c) => c.CompareIf(condition, Arm64.X9, Arm64.X13, 2));
        Expect("br x16", (ref c) => c.JumpRegister(Arm64.X16));
        Expect("blr x17", (ref c) => c.CallRegister(Arm64.X17));
        Expect("ret", (ref c) => c.Return());
        Expect("svc #0x0", (ref c) => c.SystemCall());
        Expect("mrs x3, ctr_el0", (ref c) => c.ReadCacheType(Arm64.X3));
        Expect("sys #3, C7, C11, #1, x5", (ref c) => c.CleanDataLine(Arm64.X5));
        Expect("sys #3, C7, C5, #1, x6", (ref c) => c.InvalidateInstructionLine(Arm64.X6));
        Expect("dsb ish", (ref c) => c.DataBarrier());
        Expect("isb", (ref c) => c.InstructionBarrier());
        Check(emits);

        void Expect(string text, Emit emit) => this.Expect(emits, text, emit);
    }

    [Fact]
    public unsafe void A_distance_that_does_not_fit_is_noticed()
    {
        uint* place = stackalloc uint[4];
        var code = new Arm64Assembler((byte*)place);
        code.Patch(code.JumpIf(Arm64Condition.Equal), (1 << 20) - 4);
        code.Patch(code.Jump(), 1 << 20);
        Assert.True(code.IsInRange);
        code.Patch(code.JumpIf(Arm64Condition.Equal), 2 << 20);
        Assert.False(code.IsInRange);
    }

    /// <summary>Constants, computed from what binutils reads.</summary>
    [Fact]
    public unsafe void Constants()
    {
        var random = new Random(7);
        var values = new List<long> { 0, 1, -1, long.MinValue, long.MaxValue, 0xffff, 0x1_0000, uint.MaxValue, int.MinValue, -0x1_0000, -0x1_0001 };
        for (int i = 0; i < 2000; i++)
        {
            long value = random.NextInt64(long.MinValue, long.MaxValue);
            for (int part = 0; part < 4; part++)
            {
                long mask = 0xffffL << (16 * part);
                value = random.Next(3) switch { 0 => value & ~mask, 1 => value | mask, _ => value };
            }

            values.Add(value);
        }

        byte[] bytes = new byte[values.Count * 16];
        var ends = new List<int>();
        int length;
        fixed (byte* start = bytes)
        {
            var code = new Arm64Assembler(start);
            foreach (long value in values)
            {
                code.MoveImmediate(Arm64.X5, value);
                ends.Add(code.Position / 4);
            }

            length = code.Position;
        }

        string[] lines = Disassemble(bytes.AsSpan(0, length));
        int line = 0;
        for (int i = 0; i < values.Count; i++)
        {
            ulong result = 0x0bad_0bad_0bad_0bad;
            for (; line < ends[i]; line++)
                result = Move(result, lines[line]);
            Assert.Equal(values[i], (long)result);
        }
    }

    /// <summary>What movz, movn, movk or orr of a constant make of a register.</summary>
    private static ulong Move(ulong old, string line)
    {
        string[] parts = line.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        int at = Array.FindIndex(parts, part => part.StartsWith("#0x", StringComparison.Ordinal));
        ulong immediate = ulong.Parse(parts[at].AsSpan(3), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        int shift = at + 2 < parts.Length ? int.Parse(parts[at + 2].AsSpan(1), CultureInfo.InvariantCulture) : 0;
        Assert.Equal("x5", parts[1]);
        return parts[0] switch
        {
            "movz" => immediate << shift,
            "movn" => ~(immediate << shift),
            "movk" => (old & ~(0xfffful << shift)) | (immediate << shift),
            "orr" when parts[2] == "xzr" => immediate,
            _ => throw new InvalidOperationException(line),
        };
    }

    private static IEnumerable<(bool Wide, Arm64 To, Arm64 Left, Arm64 Right)> Operands()
    {
        foreach (bool wide in new[] { true, false })
        {
            for (int i = 0; i < Registers.Length; i++)
            {
                for (int j = 0; j < Registers.Length; j++)
                    yield return (wide, Registers[i], Registers[j], Registers[(i + j + 1) % Registers.Length]);
            }
        }
    }

    private static string Name(Arm64 register, bool wide) =>
        (wide ? "x" : "w") + (register == Arm64.Zero ? "zr" : ((int)register).ToString(CultureInfo.InvariantCulture));

    private void Expect(List<Emit> emits, string text, Emit emit)
    {
        _expected.Add(text);
        emits.Add(emit);
    }

    private unsafe void Check(List<Emit> emits)
    {
        byte[] bytes = new byte[emits.Count * 4];
        fixed (byte* start = bytes)
        {
            var code = new Arm64Assembler(start);
            foreach (Emit emit in emits)
                emit(ref code);
            Assert.Equal(bytes.Length, code.Position);
            Assert.True(code.IsInRange);
        }

        Assert.Equal(_expected, Disassemble(bytes));
    }

    /// <summary>One line for each instruction, without other names for the same.</summary>
    private static string[] Disassemble(ReadOnlySpan<byte> code)
    {
        string? tool = RequiredTool.Find("aarch64-linux-gnu-objdump");
        if (tool is null)
            RequiredTool.Miss("aarch64-linux-gnu-objdump is not installed: apt-get install binutils-aarch64-linux-gnu.");
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, code);
            var start = new ProcessStartInfo(tool!, ["-D", "-z", "-b", "binary", "-m", "aarch64", "-M", "no-aliases", file])
            {
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            string text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return [.. text.Split('\n').Where(line => line.Contains(":\t", StringComparison.Ordinal)).Select(Clean)];
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>From the third column on, without remarks.</summary>
    private static string Clean(string line)
    {
        string text = string.Join(' ', line.Split('\t')[2..]);
        int remark = text.IndexOf("//", StringComparison.Ordinal);
        int symbol = text.IndexOf('<', StringComparison.Ordinal);
        int end = remark >= 0 ? remark : symbol >= 0 ? symbol : text.Length;
        return text[..end].Trim();
    }
}
