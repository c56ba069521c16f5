namespace Velox.Bpf.Threaded;

/// <summary>When a jump is taken; each is compiled into a handler of its own.</summary>
internal interface IComparison
{
    static abstract bool Holds(ulong left, ulong right);
}

internal struct Eq64 : IComparison { public static bool Holds(ulong left, ulong right) => left == right; }
internal struct Ne64 : IComparison { public static bool Holds(ulong left, ulong right) => left != right; }
internal struct Set64 : IComparison { public static bool Holds(ulong left, ulong right) => (left & right) != 0; }
internal struct Gt64 : IComparison { public static bool Holds(ulong left, ulong right) => left > right; }
internal struct Ge64 : IComparison { public static bool Holds(ulong left, ulong right) => left >= right; }
internal struct Lt64 : IComparison { public static bool Holds(ulong left, ulong right) => left < right; }
internal struct Le64 : IComparison { public static bool Holds(ulong left, ulong right) => left <= right; }
internal struct SGt64 : IComparison { public static bool Holds(ulong left, ulong right) => (long)left > (long)right; }
internal struct SGe64 : IComparison { public static bool Holds(ulong left, ulong right) => (long)left >= (long)right; }
internal struct SLt64 : IComparison { public static bool Holds(ulong left, ulong right) => (long)left < (long)right; }
internal struct SLe64 : IComparison { public static bool Holds(ulong left, ulong right) => (long)left <= (long)right; }
internal struct Eq32 : IComparison { public static bool Holds(ulong left, ulong right) => (uint)left == (uint)right; }
internal struct Ne32 : IComparison { public static bool Holds(ulong left, ulong right) => (uint)left != (uint)right; }
internal struct Set32 : IComparison { public static bool Holds(ulong left, ulong right) => ((uint)left & (uint)right) != 0; }
internal struct Gt32 : IComparison { public static bool Holds(ulong left, ulong right) => (uint)left > (uint)right; }
internal struct Ge32 : IComparison { public static bool Holds(ulong left, ulong right) => (uint)left >= (uint)right; }
internal struct Lt32 : IComparison { public static bool Holds(ulong left, ulong right) => (uint)left < (uint)right; }
internal struct Le32 : IComparison { public static bool Holds(ulong left, ulong right) => (uint)left <= (uint)right; }
internal struct SGt32 : IComparison { public static bool Holds(ulong left, ulong right) => (int)left > (int)right; }
internal struct SGe32 : IComparison { public static bool Holds(ulong left, ulong right) => (int)left >= (int)right; }
internal struct SLt32 : IComparison { public static bool Holds(ulong left, ulong right) => (int)left < (int)right; }
internal struct SLe32 : IComparison { public static bool Holds(ulong left, ulong right) => (int)left <= (int)right; }
