namespace Velox.Bpf;

/// <summary>What a label, and the name of a host function, may be in assembly.</summary>
internal static class LabelName
{
    /// <summary>Longest name, in characters.</summary>
    internal const int MaxLength = 255;

    /// <summary>The label at which a program starts, unless it says otherwise; called by a key of its own.</summary>
    internal const string EntryPoint = "entrypoint";

    internal static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '$' or '@';

    /// <summary>Whether a name can be written as it is.</summary>
    internal static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && name.All(IsPart) && !char.IsAsciiDigit(name[0]) && !LooksLikeRegister(name);

    /// <summary>Whether a word is r and a number, which is never a label.</summary>
    internal static bool LooksLikeRegister(ReadOnlySpan<char> word) =>
        word.Length > 1 && word[0] == 'r' && !word[1..].ContainsAnyExceptInRange('0', '9');

    /// <summary>The key under which sBPF V0 to V2 call a local function (anza-xyz/sbpf elf.rs and program.rs).</summary>
    internal static uint KeyOf(string label, int index) => label == EntryPoint ? FunctionKey.EntryPoint : FunctionKey.OfIndex(index);
}
