namespace Velox.Bpf.Threaded;

/// <summary>A division that has no result for some operands.</summary>
internal interface IDivision
{
    static abstract bool Traps(ulong dividend, ulong divisor);

    static abstract ulong Apply(ulong dividend, ulong divisor);
}

internal struct DivOrTrap64 : IDivision
{
    public static bool Traps(ulong dividend, ulong divisor) => divisor == 0;

    public static ulong Apply(ulong dividend, ulong divisor) => dividend / divisor;
}

internal struct DivOrTrap32 : IDivision
{
    public static bool Traps(ulong dividend, ulong divisor) => (uint)divisor == 0;

    public static ulong Apply(ulong dividend, ulong divisor) => (uint)dividend / (uint)divisor;
}

internal struct SDivOrTrap64 : IDivision
{
    public static bool Traps(ulong dividend, ulong divisor) =>
        divisor == 0 || ((long)divisor == -1 && (long)dividend == long.MinValue);

    public static ulong Apply(ulong dividend, ulong divisor) => (ulong)((long)dividend / (long)divisor);
}

internal struct SDivOrTrap32 : IDivision
{
    public static bool Traps(ulong dividend, ulong divisor) =>
        (uint)divisor == 0 || ((int)divisor == -1 && (int)dividend == int.MinValue);

    public static ulong Apply(ulong dividend, ulong divisor) => (uint)((int)dividend / (int)divisor);
}

internal struct ModOrTrap64 : IDivision
{
    public static bool Traps(ulong dividend, ulong divisor) => divisor == 0;

    public static ulong Apply(ulong dividend, ulong divisor) => dividend % divisor;
}

internal struct ModOrTrap32 : IDivision
{
    public static bool Traps(ulong dividend, ulong divisor) => (uint)divisor == 0;

    public static ulong Apply(ulong dividend, ulong divisor) => (uint)dividend % (uint)divisor;
}

internal struct SModOrTrap64 : IDivision
{
    public static bool Traps(ulong dividend, ulong divisor) =>
        divisor == 0 || ((long)divisor == -1 && (long)dividend == long.MinValue);

    public static ulong Apply(ulong dividend, ulong divisor) => (ulong)((long)dividend % (long)divisor);
}

internal struct SModOrTrap32 : IDivision
{
    public static bool Traps(ulong dividend, ulong divisor) =>
        (uint)divisor == 0 || ((int)divisor == -1 && (int)dividend == int.MinValue);

    public static ulong Apply(ulong dividend, ulong divisor) => (uint)((int)dividend % (int)divisor);
}
