using System.Collections.Frozen;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Which of Solana's feature gates are on. Data, not code: any of them can be switched by its id.</summary>
/// <remarks>Immutable: <see cref="With"/> and <see cref="Without"/> return another set.</remarks>
public sealed class FeatureSet
{
    private readonly FrozenDictionary<Address, ulong> _activationSlots;

    private FeatureSet(IEnumerable<KeyValuePair<Address, ulong>> activationSlots)
    {
        _activationSlots = activationSlots.ToFrozenDictionary();
        Runtime = new RuntimeFeatures(this);
    }

    /// <summary>What Solana's mainnet-beta had on 2026-08-20; the default of every bank and test environment.</summary>
    public static FeatureSet Mainnet { get; } = new(
        Feature.Known.Where(feature => feature.MainnetSlot is not null)
            .Select(feature => KeyValuePair.Create(feature.Id, feature.MainnetSlot!.Value)));

    /// <summary>Every known feature, active since slot 0.</summary>
    public static FeatureSet AllEnabled { get; } = new(Feature.Known.Select(feature => KeyValuePair.Create(feature.Id, 0UL)));

    /// <summary>No feature at all.</summary>
    public static FeatureSet None { get; } = new([]);

    /// <summary>The features that this runtime looks at, as flags.</summary>
    public RuntimeFeatures Runtime { get; }

    /// <summary>What programs are loaded for; made when first needed. Threads that are first at once may each make one.</summary>
    internal ProgramEnvironment Environment => field ??= new ProgramEnvironment(Runtime);

    public int Count => _activationSlots.Count;

    /// <summary>Active ids, in address order.</summary>
    public IEnumerable<Address> ActiveIds => _activationSlots.Keys.Order();

    public bool IsActive(Address id) => _activationSlots.ContainsKey(id);

    /// <summary>The slot since which a feature is active, or null.</summary>
    public ulong? ActivationSlot(Address id) => _activationSlots.TryGetValue(id, out ulong slot) ? slot : null;

    /// <summary>This set with one more feature; unknown ids are kept too.</summary>
    public FeatureSet With(Address id, ulong activationSlot = 0) =>
        new(_activationSlots.Where(pair => pair.Key != id).Append(KeyValuePair.Create(id, activationSlot)));

    /// <summary>This set without a feature.</summary>
    public FeatureSet Without(Address id) => new(_activationSlots.Where(pair => pair.Key != id));
}
