namespace Velox.Svm;

/// <summary>Rent-exempt minimum and the rent states between which a transaction may move an account (Agave rent_calculator).</summary>
public static class Rent
{
    /// <summary>Lamports that each byte must be backed by.</summary>
    public const ulong LamportsPerByte = 6_960;

    /// <summary>Bytes that an account costs beside its data.</summary>
    public const ulong AccountOverheadBytes = 128;

    /// <summary>Lamports that an account with so many bytes of data must hold.</summary>
    public static ulong MinimumBalance(int dataLength) => LamportsPerByte * (AccountOverheadBytes + (ulong)dataLength);

    /// <summary>
    /// Whether a transaction may end an account so: empty, exempt, or still paying as before with the same size and no
    /// gain.
    /// </summary>
    public static bool IsTransitionAllowed(RentState before, RentState after) => after.Kind switch
    {
        RentStateKind.RentPaying => before.Kind == RentStateKind.RentPaying
            && before.DataLength == after.DataLength
            && after.Lamports <= before.Lamports,
        _ => true,
    };
}

public enum RentStateKind
{
    Empty,
    RentPaying,
    Exempt,
}

/// <summary>An account's rent state.</summary>
/// <param name="Kind">Empty (no lamports), below the minimum, or at least at it.</param>
/// <param name="Lamports">Its balance.</param>
/// <param name="DataLength">Bytes of data.</param>
public readonly record struct RentState(RentStateKind Kind, ulong Lamports, int DataLength)
{
    public static RentState Of(ulong lamports, int dataLength)
    {
        RentStateKind kind = lamports == 0 ? RentStateKind.Empty
            : lamports < Rent.MinimumBalance(dataLength) ? RentStateKind.RentPaying
            : RentStateKind.Exempt;
        return new RentState(kind, lamports, dataLength);
    }
}
