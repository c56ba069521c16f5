using System.Buffers.Binary;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>What one chain has from its genesis on beside what every chain has: accounts, and feature gates that are off.</summary>
/// <remarks>Immutable. Equal additions in another order are equal.</remarks>
public sealed class GenesisAdditions : IEquatable<GenesisAdditions>
{
    /// <summary>Most accounts.</summary>
    public const int MaxAccounts = 4_096;

    /// <summary>Most bytes of data of all accounts together.</summary>
    public const long MaxDataBytes = 512L * 1024 * 1024;

    // Reserved addresses whose programs are BPF code in Agave 4.3.
    private static readonly Address[] CorePrograms =
        [ProgramIds.AddressLookupTable, ProgramIds.Config, ProgramIds.FeatureGate, ProgramIds.Stake];

    private const int AccountHeadSize = 32 + 8 + 32 + 1 + 4;

    private readonly SortedDictionary<Address, GenesisAccount> _accounts = [];
    private readonly SortedSet<Address> _deactivatedFeatures;

    /// <param name="accounts">Each address once.</param>
    /// <param name="deactivatedFeatures">Ids of gates that are off.</param>
    /// <exception cref="ArgumentException">
    /// An address is there twice, reserved, or without lamports; or there are too many accounts or bytes. The message says which.
    /// </exception>
    public GenesisAdditions(IEnumerable<GenesisAccount> accounts, IEnumerable<Address> deactivatedFeatures)
    {
        long dataBytes = 0;
        foreach (GenesisAccount account in accounts)
        {
            if (FindFault(account) is { } fault)
                throw new ArgumentException($"the account {account.Address} {fault}");
            dataBytes += account.Data.Length;
            _accounts.Add(account.Address, account);
        }

        if (_accounts.Count > MaxAccounts || dataBytes > MaxDataBytes)
        {
            throw new ArgumentException(
                $"there are {_accounts.Count} accounts with {dataBytes} bytes: at most {MaxAccounts} with {MaxDataBytes} bytes are allowed");
        }

        _deactivatedFeatures = [.. deactivatedFeatures];
    }

    /// <summary>Nothing.</summary>
    public static GenesisAdditions None { get; } = new([], []);

    public bool IsEmpty => _accounts.Count == 0 && _deactivatedFeatures.Count == 0;

    /// <summary>In the order of their addresses.</summary>
    public IReadOnlyCollection<GenesisAccount> Accounts => _accounts.Values;

    /// <summary>In the order of their ids.</summary>
    public IReadOnlyCollection<Address> DeactivatedFeatures => _deactivatedFeatures;

    /// <summary>The gates that are on: mainnet-beta's without the deactivated ones. The same object every time.</summary>
    public FeatureSet Features =>
        field ??= _deactivatedFeatures.Aggregate(FeatureSet.Mainnet, (features, id) => features.Without(id));

    /// <summary>
    /// Little-endian: number of features u32, their ids; number of accounts u32, each with address, lamports u64, owner,
    /// executable u8, data length u32, data. Nothing at all where there are no additions.
    /// </summary>
    public byte[] ToBytes()
    {
        if (IsEmpty)
            return [];
        var bytes = new MemoryStream();
        WriteUInt32(bytes, _deactivatedFeatures.Count);
        foreach (Address id in _deactivatedFeatures)
            bytes.Write(id.Span);
        WriteUInt32(bytes, _accounts.Count);
        Span<byte> lamports = stackalloc byte[sizeof(ulong)];
        foreach (GenesisAccount account in _accounts.Values)
        {
            bytes.Write(account.Address.Span);
            BinaryPrimitives.WriteUInt64LittleEndian(lamports, account.Lamports);
            bytes.Write(lamports);
            bytes.Write(account.Owner.Span);
            bytes.WriteByte(account.Executable ? (byte)1 : (byte)0);
            WriteUInt32(bytes, account.Data.Length);
            bytes.Write(account.Data.Span);
        }

        return bytes.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="ArgumentException">The bytes are something else.</exception>
    public static GenesisAdditions FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return None;
        var features = new Address[ReadCount(ref bytes, Address.Size)];
        for (int i = 0; i < features.Length; i++)
            features[i] = new Address(Take(ref bytes, Address.Size));
        var accounts = new GenesisAccount[ReadCount(ref bytes, AccountHeadSize)];
        for (int i = 0; i < accounts.Length; i++)
        {
            var address = new Address(Take(ref bytes, Address.Size));
            ulong lamports = BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, sizeof(ulong)));
            var owner = new Address(Take(ref bytes, Address.Size));
            bool isExecutable = Take(ref bytes, 1)[0] != 0;
            accounts[i] = new GenesisAccount(address, lamports, owner, isExecutable, Take(ref bytes, ReadCount(ref bytes, 1)).ToArray());
        }

        return bytes.IsEmpty ? new GenesisAdditions(accounts, features) : throw Malformed();
    }

    /// <summary>Says what a chain with these additions has otherwise than one with others; null when they are equal.</summary>
    /// <param name="other">What to compare with, called "the ledger" in the text; these are called "given".</param>
    public string? FindDifference(GenesisAdditions other)
    {
        foreach (Address id in _deactivatedFeatures.Union(other._deactivatedFeatures).Order())
        {
            if (!_deactivatedFeatures.Contains(id))
                return $"the ledger was made with the feature {id} deactivated, and that is not given";
            if (!other._deactivatedFeatures.Contains(id))
                return $"the feature {id} is given as deactivated, and the ledger has it";
        }

        foreach (Address address in _accounts.Keys.Union(other._accounts.Keys).Order())
        {
            GenesisAccount? own = _accounts.GetValueOrDefault(address);
            GenesisAccount? others = other._accounts.GetValueOrDefault(address);
            if (own is null)
                return $"the ledger was made with the account {address} ({others}), and that is not given";
            if (others is null)
                return $"the account {address} is given ({own}), and the ledger was made without it";
            if (!own.Equals(others))
                return $"the account {address} is given with {own}, and the ledger was made with {others}";
        }

        return null;
    }

    public bool Equals(GenesisAdditions? other) => other is not null && FindDifference(other) is null;

    public override bool Equals(object? obj) => Equals(obj as GenesisAdditions);

    public override int GetHashCode() => HashCode.Combine(_accounts.Count, _deactivatedFeatures.Count);

    internal void Create(AccountStore store)
    {
        foreach (GenesisAccount account in _accounts.Values)
            account.Create(store);
    }

    private string? FindFault(GenesisAccount account)
    {
        if (KnownKeys.IsReserved(account.Address) && !CorePrograms.Contains(account.Address))
            return "is reserved: builtin programs, precompiles and sysvars are the chain's own";
        if (account.Lamports == 0)
            return "has no lamports: it must have at least 1";
        if (account.Data.Length > AccountHandle.MaxDataLength)
            return $"has {account.Data.Length} bytes of data: at most {AccountHandle.MaxDataLength} are allowed";
        return _accounts.ContainsKey(account.Address) ? "is given twice" : null;
    }

    private static void WriteUInt32(MemoryStream stream, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    /// <summary>A number of things that must still follow.</summary>
    private static int ReadCount(ref ReadOnlySpan<byte> bytes, int leastBytesEach)
    {
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(Take(ref bytes, sizeof(uint)));
        return count <= bytes.Length / leastBytesEach ? (int)count : throw Malformed();
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        if (count > bytes.Length)
            throw Malformed();
        ReadOnlySpan<byte> taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }

    private static ArgumentException Malformed() => new("the genesis' additions are malformed");
}
