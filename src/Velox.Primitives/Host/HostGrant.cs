namespace Velox.Primitives;

/// <summary>What the system said to something that was asked of it.</summary>
/// <param name="Feature">What was asked for, such as <c>pinning</c>.</param>
/// <param name="IsGranted">Whether it was given.</param>
/// <param name="Detail">What was given, or why not and what it needs; a phrase for people.</param>
public readonly record struct HostGrant(string Feature, bool IsGranted, string Detail)
{
    public override string ToString() => $"{Feature}: {(IsGranted ? "granted" : "refused")}, {Detail}";

    internal static HostGrant Given(string feature, string detail) => new(feature, true, detail);

    internal static HostGrant Refused(string feature, string reason) => new(feature, false, reason);
}
