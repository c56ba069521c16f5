using System.Globalization;

namespace Velox.Bpf.Tests;

/// <summary>One line of Firedancer's instruction tests. What a line does not set keeps the value of the line before.</summary>
internal sealed record FiredancerCase(
    int Line, byte[] Text, IReadOnlyList<byte[]> Regions, ulong[] Before, string Outcome, ulong[] After)
{
    internal static IEnumerable<FiredancerCase> ReadAll(string path)
    {
        var fields = new Dictionary<string, ulong>();
        byte[] input = [];
        List<int> boundaries = [];
        int number = 0;
        foreach (string raw in File.ReadLines(path))
        {
            number++;
            string line = raw.Split('#')[0].Trim();
            if (line.Length == 0)
                continue;
            if (!line.StartsWith('$'))
            {
                foreach ((string key, string value) in Assignments(line))
                {
                    if (key == "input")
                        (input, boundaries) = (Convert.FromHexString(value), []);
                    else if (key == "region_boundary")
                        boundaries.Add(int.Parse(value, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                    else
                        fields[key] = Hex(value);
                }

                continue;
            }

            string[] halves = line[1..].Split(':');
            foreach ((string key, string value) in Assignments(halves[0]))
                fields[key] = Hex(value);
            ulong[] before = Registers(fields);
            string[] outcome = halves[1].Trim().Split(' ', 2, StringSplitOptions.TrimEntries);
            ulong[] after = [.. before];
            foreach ((string key, string value) in Assignments(outcome.Length > 1 ? outcome[1] : ""))
                after[int.Parse(key[1..], CultureInfo.InvariantCulture)] = Hex(value);
            // One line says both "ok" and "vfy": the verifier decides first.
            string expected = halves[1].Contains("vfy", StringComparison.Ordinal) ? "vfy" : outcome[0];
            yield return new FiredancerCase(number, Encode(fields), Split(input, boundaries), before, expected, after);
        }
    }

    private static byte[] Encode(Dictionary<string, ulong> fields)
    {
        ulong Field(string name) => fields.GetValueOrDefault(name);
        var word = new InstructionWord(
            (byte)Field("op"), (byte)Field("dst"), (byte)Field("src"), (short)Field("off"), (int)Field("imm"));
        bool isWide = word.Opcode == 0x18;
        byte[] text = new byte[(isWide ? 3 : 2) * InstructionWord.Bytes];
        word.Write(text);
        if (isWide)
            new InstructionWord(0, 0, 0, 0, (int)(Field("imm") >> 32)).Write(text.AsSpan(InstructionWord.Bytes));
        new InstructionWord(0x95, 0, 0, 0, 0).Write(text.AsSpan(text.Length - InstructionWord.Bytes));
        return text;
    }

    private static List<byte[]> Split(byte[] input, List<int> boundaries)
    {
        var regions = new List<byte[]>();
        int start = 0;
        foreach (int boundary in boundaries.Append(input.Length))
        {
            regions.Add(input[start..boundary]);
            start = boundary;
        }

        return regions;
    }

    private static ulong[] Registers(Dictionary<string, ulong> fields) =>
        [.. Enumerable.Range(0, 11).Select(i => fields.GetValueOrDefault("r" + i))];

    /// <summary>Assignments such as <c>r1 =2a</c>: blanks may surround the sign.</summary>
    private static IEnumerable<(string Key, string Value)> Assignments(string text)
    {
        string[] parts = text.Replace("=", " = ").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i + 2 < parts.Length; i += 3)
            yield return (parts[i], parts[i + 2]);
    }

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
