using System.Buffers;
using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Writes one request of the protocol that <c>bench/peers/litesvm/server.mjs</c> states at its head.</summary>
public sealed class PeerRequest
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    private PeerRequest(byte operation) => Byte(operation);

    public ReadOnlyMemory<byte> Bytes => _buffer.WrittenMemory;

    public static PeerRequest Create(PeerOptions options)
    {
        PeerRequest request = new PeerRequest(1).Byte((byte)((options.CheckSignatures ? 1 : 0)
            | (options.CheckBlockhashes ? 2 : 0) | (options.AllFeatures ? 4 : 0)));
        return request.Keys(options.FeaturesOff).Keys(options.FeaturesOn);
    }

    public static PeerRequest SetAccount(Address address, AccountState account)
    {
        PeerRequest request = new PeerRequest(2).Key(address).Byte((byte)(account.Exists ? 1 : 0));
        return account.Exists
            ? request.UInt64(account.Lamports).Key(account.Owner).Byte((byte)(account.Executable ? 1 : 0))
                .UInt64(ulong.MaxValue).Blob(account.Data)
            : request;
    }

    public static PeerRequest GetAccount(Address address) => new PeerRequest(3).Key(address);

    public static PeerRequest AddProgram(Address id, Address loader, ReadOnlySpan<byte> file) =>
        new PeerRequest(4).Key(id).Key(loader).Blob(file);

    public static PeerRequest SetClock(ClockState clock) => new PeerRequest(5).UInt64(clock.Slot)
        .UInt64((ulong)clock.EpochStart).UInt64(clock.Epoch).UInt64(clock.LeaderEpoch).UInt64((ulong)clock.UnixTimestamp);

    public static PeerRequest ExpireBlockhash() => new(6);

    public static PeerRequest Send(byte[] transaction, Address[] watched) => new PeerRequest(7).Blob(transaction).Keys(watched);

    public static PeerRequest Simulate(byte[] transaction, Address[] watched) =>
        new PeerRequest(8).Blob(transaction).Keys(watched);

    public static PeerRequest Bench(IReadOnlyList<byte[]> transactions)
    {
        PeerRequest request = new PeerRequest(9).UInt32((uint)transactions.Count);
        foreach (byte[] transaction in transactions)
            request.Blob(transaction);
        return request;
    }

    public static PeerRequest Owned(Address owner) => new PeerRequest(10).Key(owner);

    public static PeerRequest Features() => new(11);

    private PeerRequest Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
        return this;
    }

    private PeerRequest UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
        return this;
    }

    private PeerRequest UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
        return this;
    }

    private PeerRequest Key(Address value)
    {
        _buffer.Write(value.Span);
        return this;
    }

    private PeerRequest Keys(IReadOnlyList<Address> values)
    {
        Byte((byte)values.Count).Byte((byte)(values.Count >> 8));
        foreach (Address value in values)
            Key(value);
        return this;
    }

    private PeerRequest Blob(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        _buffer.Write(value);
        return this;
    }
}

/// <summary>How a LiteSVM environment is made.</summary>
public sealed record PeerOptions
{
    public bool CheckSignatures { get; init; }

    public bool CheckBlockhashes { get; init; }

    /// <summary>
    /// Whether our runtime has its programs in C# at the ids of SPL Token, associated token account, memo and lookup tables, where
    /// LiteSVM has files.
    /// </summary>
    public bool HasNativePrograms { get; init; }

    /// <summary>Begin with every feature instead of those of mainnet.</summary>
    public bool AllFeatures { get; init; }

    public IReadOnlyList<Address> FeaturesOff { get; init; } = [];

    public IReadOnlyList<Address> FeaturesOn { get; init; } = [];
}

/// <summary>The clock sysvar.</summary>
public sealed record ClockState(ulong Slot, long EpochStart, ulong Epoch, ulong LeaderEpoch, long UnixTimestamp);
