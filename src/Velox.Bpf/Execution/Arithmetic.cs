namespace Velox.Bpf;

/// <summary>Division as RFC 9669 has it: by zero gives 0, modulo zero leaves the dividend, MIN / -1 is MIN.</summary>
internal static class Arithmetic
{
    internal static ulong Divide(ulong dividend, ulong divisor) => divisor == 0 ? 0 : dividend / divisor;

    internal static ulong Modulo(ulong dividend, ulong divisor) => divisor == 0 ? dividend : dividend % divisor;

    internal static ulong SignedDivide(ulong dividend, ulong divisor) => (long)divisor switch
    {
        0 => 0,
        // The processor traps on MIN / -1; the negation wraps as it must.
        -1 => 0 - dividend,
        long signed => (ulong)((long)dividend / signed),
    };

    internal static ulong SignedModulo(ulong dividend, ulong divisor) => (long)divisor switch
    {
        0 => dividend,
        -1 => 0,
        long signed => (ulong)((long)dividend % signed),
    };

    internal static uint Divide(uint dividend, uint divisor) => divisor == 0 ? 0 : dividend / divisor;

    internal static uint Modulo(uint dividend, uint divisor) => divisor == 0 ? dividend : dividend % divisor;

    internal static uint SignedDivide(uint dividend, uint divisor) => (int)divisor switch
    {
        0 => 0,
        -1 => 0 - dividend,
        int signed => (uint)((int)dividend / signed),
    };

    internal static uint SignedModulo(uint dividend, uint divisor) => (int)divisor switch
    {
        0 => dividend,
        -1 => 0,
        int signed => (uint)((int)dividend % signed),
    };
}
