using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>What a new LiteSVM has: builtins, programs, sysvars, clock.</summary>
public sealed class PeerState
{
    private static readonly Address[] Owners =
    [
        ProgramIds.NativeLoader, ProgramIds.BpfLoaderDeprecated, ProgramIds.BpfLoader, ProgramIds.BpfLoaderUpgradeable, SysvarIds.Owner,
    ];

    /// <summary>Reads it, and moves LiteSVM one slot on: its programs were deployed in its first, and run from the next one on.</summary>
    public PeerState(LiteSvmPeer peer)
    {
        foreach (byte[] answer in peer.Exchange([.. Owners.Select(PeerRequest.Owned)]))
            Read(answer);
        foreach (Address sysvar in Accounts.Where(entry => entry.Value.Owner == SysvarIds.Owner).Select(entry => entry.Key).ToArray())
            Complete(peer, sysvar);
        ClockState clock = ReadClock();
        Clock = clock with { Slot = clock.Slot + 1 };
        peer.Exchange(PeerRequest.SetClock(Clock));
    }

    /// <summary>
    /// Gives a sysvar what Agave does: the room of its longest content, and the lamports that free it from rent. LiteSVM's are as long as
    /// their content, and have one lamport.
    /// </summary>
    private void Complete(LiteSvmPeer peer, Address sysvar)
    {
        byte[] data = Accounts[sysvar].Data;
        int length = sysvar == SysvarIds.StakeHistory ? Sysvars.StakeHistorySize
            : sysvar == SysvarIds.RecentBlockhashes ? RecentBlockhashes.Size
            : data.Length;
        Array.Resize(ref data, length);
        Accounts[sysvar] = Accounts[sysvar] with { Data = data, Lamports = Rent.MinimumBalance(length) };
        if (new PeerAnswer(peer.Exchange(PeerRequest.SetAccount(sysvar, Accounts[sysvar]))).Text() is { Length: > 0 } refusal)
            throw new InvalidOperationException($"LiteSVM does not take the sysvar {sysvar}: {refusal}");
    }

    public Dictionary<Address, AccountState> Accounts { get; } = [];

    public ClockState Clock { get; }

    /// <summary>LiteSVM's features by the options with which it was made.</summary>
    public static FeatureSet FeaturesOf(PeerOptions options)
    {
        FeatureSet features = options.AllFeatures ? FeatureSet.AllEnabled : FeatureSet.Mainnet;
        foreach (Address feature in options.FeaturesOff)
            features = features.Without(feature);
        foreach (Address feature in options.FeaturesOn)
            features = features.With(feature);
        return features;
    }

    public static byte[] ClockData(ClockState clock)
    {
        byte[] data = new byte[Sysvars.ClockSize];
        BinaryPrimitives.WriteUInt64LittleEndian(data, clock.Slot);
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(8), clock.EpochStart);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16), clock.Epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(24), clock.LeaderEpoch);
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(32), clock.UnixTimestamp);
        return data;
    }

    private void Read(byte[] owned)
    {
        var answer = new PeerAnswer(owned);
        for (uint count = answer.UInt32(); count > 0; count--)
        {
            Address address = answer.Key();
            Accounts[address] = answer.Account();
        }
    }

    private ClockState ReadClock()
    {
        ReadOnlySpan<byte> data = Accounts[SysvarIds.Clock].Data;
        return new ClockState(
            BinaryPrimitives.ReadUInt64LittleEndian(data), BinaryPrimitives.ReadInt64LittleEndian(data[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(data[16..]), BinaryPrimitives.ReadUInt64LittleEndian(data[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(data[32..]));
    }
}
