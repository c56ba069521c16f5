using System.Globalization;
using System.Text;
using Velox.Bpf;
using Velox.Svm.Differential;

namespace Velox.Svm.Tests;

/// <summary>Program files: ones that verify and do anything to their input, and ones with damage.</summary>
internal static class RandomElf
{
    private static readonly string[] Arithmetic =
        ["mov64", "add64", "sub64", "and64", "or64", "xor64", "lsh64", "rsh64", "arsh64", "mul64", "mov32", "add32", "xor32", "udiv64", "urem64"];

    private static readonly string[] Jumps = ["jeq", "jne", "jgt", "jge", "jlt", "jle", "jset", "jsgt", "jslt"];

    private static readonly string[] Sizes = ["b", "h", "w", "dw"];

    private static readonly string[] Syscalls =
    [
        "sol_log_", "sol_log_64_", "sol_log_pubkey", "sol_log_data", "sol_sha256", "sol_memcpy_", "sol_memmove_", "sol_memset_", "sol_memcmp_",
        "sol_set_return_data", "sol_get_return_data", "sol_invoke_signed_c", "sol_invoke_signed_rust", "sol_get_stack_height",
        "sol_create_program_address", "sol_try_find_program_address", "sol_get_clock_sysvar", "sol_log_compute_units_", "abort",
    ];

    /// <summary>A file, which the runtime takes in most cases.</summary>
    internal static byte[] Next(Random random)
    {
        byte[] file = random.Next(5) == 0 ? [.. ScriptAbi.Mainnet[0].File] : Valid(random);
        switch (random.Next(14))
        {
            case 0: // anywhere
                for (int count = random.Next(1, 6); count > 0; count--)
                    file[random.Next(file.Length)] = (byte)random.Next(256);
                return file;
            case 1: // in the text
                file[random.Next(file.Length * 3 / 4, file.Length)] ^= (byte)(1 << random.Next(8));
                return file;
            case 2:
                return file[..random.Next(file.Length + 1)];
            case 3: // in what the file says of itself
                file[random.Next(Math.Min(file.Length, 176))] = (byte)random.Next(256);
                return file;
            case 4:
                byte[] text = new byte[8 * random.Next(1, 60)];
                random.NextBytes(text);
                return SbpfElf.Write(text);
            default:
                return file;
        }
    }

    /// <summary>Random instructions that verify.</summary>
    private static byte[] Valid(Random random)
    {
        while (true)
        {
            try
            {
                return SbpfElf.Assemble(Text(random));
            }
            catch (AssemblyException)
            {
                // A number that did not fit its field: another one.
            }
        }
    }

    /// <summary>Register 6 is the input, 7 a few bytes of the stack, 8 a number.</summary>
    private static string Text(Random random)
    {
        var text = new StringBuilder("mov64 r6, r1\nmov64 r7, r10\nadd64 r7, -512\n");
        int lines = random.Next(1, random.Next(3) == 0 ? 60 : 12);
        for (int i = 0; i < lines; i++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"line{i}:");
            text.AppendLine(Line(random, lines));
        }

        return text.AppendLine(CultureInfo.InvariantCulture, $"line{lines}:").AppendLine("mov64 r0, 0").AppendLine("exit").ToString();
    }

    private static string Line(Random random, int lines)
    {
        int register = random.Next(random.Next(6) == 0 ? 10 : 6);
        string size = Sizes[random.Next(Sizes.Length)];
        int line = random.Next(lines + 1);
        return random.Next(12) switch
        {
            0 or 1 => Format($"{Arithmetic[random.Next(Arithmetic.Length)]} r{register}, {Number(random)}"),
            2 => Format($"{Arithmetic[random.Next(Arithmetic.Length)]} r{register}, r{random.Next(10)}"),
            3 => Format($"ldx{size} r{register}, [r6+{InputOffset(random)}]"),
            4 or 5 => Format($"stx{size} [r6+{InputOffset(random)}], r{random.Next(10)}"),
            6 => Format($"stx{size} [r7+{random.Next(600)}], r{random.Next(10)}"),
            7 => Format($"{Jumps[random.Next(Jumps.Length)]} r{random.Next(10)}, {Number(random)}, line{line}"),
            8 => Format($"mov64 r1, r{random.Next(6, 8)}\nadd64 r1, {random.Next(300)}\nmov64 r2, {random.Next(80)}"),
            9 => Format($"mov64 r3, r{random.Next(6, 8)}\nadd64 r3, {random.Next(300)}\nmov64 r4, {random.Next(6)}\nmov64 r5, 0"),
            10 => Format($"syscall {Syscalls[random.Next(Syscalls.Length)]}"),
            _ => random.Next(6) == 0 ? Format($"ja line{line}") : Format($"lddw r{register}, 0x{random.NextInt64():x}"),
        };
    }

    /// <summary>Mostly where an account's key, owner, lamports, length and first data lie; sometimes far behind.</summary>
    private static int InputOffset(Random random) => random.Next(10) == 0 ? random.Next(32_000) : (random.Next(40) * 8) + (random.Next(5) == 0 ? 1 : 0);

    private static long Number(Random random) => random.Next(4) switch
    {
        0 => 0,
        1 => random.Next(-10, 300),
        2 => int.MinValue + random.Next(2),
        _ => random.Next(),
    };

    private static string Format(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
}
