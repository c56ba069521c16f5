using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>What of two outcomes must be equal.</summary>
[Flags]
public enum Comparison
{
    None = 0,
    Error = 1,
    Accounts = 2,
    Units = 4,
    Logs = 8,
    InnerInstructions = 16,
    ReturnData = 32,

    /// <summary>Logs without the lines that say what BPF programs consumed.</summary>
    Texts = 64,

    /// <summary>Everything.</summary>
    Exact = Error | Accounts | Units | Logs | InnerInstructions | ReturnData,

    /// <summary>For a program in C# in the place of a BPF one: all but what it costs.</summary>
    Native = Error | Accounts | Texts | InnerInstructions | ReturnData,
}

/// <summary>One thing that a scenario did to our runtime and will do to LiteSVM.</summary>
public abstract record Step
{
    /// <summary>What the peer is asked to do.</summary>
    public abstract PeerRequest Request { get; }
}

/// <summary>An account was put there.</summary>
public sealed record SetAccountStep(Address Address, AccountState Account) : Step
{
    public override PeerRequest Request => PeerRequest.SetAccount(Address, Account);
}

/// <summary>The clock was set.</summary>
public sealed record SetClockStep(ClockState Clock) : Step
{
    public override PeerRequest Request => PeerRequest.SetClock(Clock);
}

/// <summary>A transaction was sent; ours ended as <paramref name="Ours"/>.</summary>
/// <param name="Transaction">The serialized transaction.</param>
/// <param name="Watched">The accounts that outcomes show.</param>
/// <param name="Ours">Our runtime's outcome.</param>
/// <param name="Comparison">What must be equal.</param>
/// <param name="Note">For people: what it does.</param>
public sealed record SendStep(byte[] Transaction, Address[] Watched, Outcome Ours, Comparison Comparison, string Note) : Step
{
    public override PeerRequest Request => PeerRequest.Send(Transaction, Watched);
}
