using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Makes instructions of the vote program that may succeed, and some that may not.</summary>
/// <param name="world">Whose random numbers, accounts and keys.</param>
/// <param name="authorities">Who may be node, voter, withdrawer; the last is derived.</param>
/// <param name="seeded">From which the last is derived.</param>
/// <param name="newest">The newest slot of the history.</param>
internal sealed class VoteInstructionMaker(World world, List<Address> authorities, Address seeded, ulong newest)
{
    private const int WithdrawerOffset = 36;
    private const int RootlessOdds = 3;

    private readonly Random _random = world.Random;
    private readonly BlsKey[] _keys = [new(world.Random), new(world.Random)];
    private readonly AccountMeta _clock = AccountMeta.Readonly(SysvarIds.Clock);

    internal Instruction Next(Address vote)
    {
        AccountMeta account = AccountMeta.Writable(vote);
        AccountMeta withdrawer = Signer(WithdrawerOf(vote));
        Address next = One();
        switch (_random.Next(20))
        {
            case 0:
                Address node = One();
                return Data(0).Key(node).Key(One()).Key(One()).Byte((byte)_random.Next(120))
                    .Build(ProgramIds.Vote, AccountMeta.Writable(Blank()), AccountMeta.Readonly(SysvarIds.Rent), _clock, Signer(node));
            case 1 or 2:
                return Role(vote, Data(1).Key(next)).Build(ProgramIds.Vote, account, _clock, _random.Next(2) == 0 ? withdrawer : Signer(One()));
            case 3:
                return Role(vote, Data(7)).Build(ProgramIds.Vote, account, _clock, withdrawer, Signer(next));
            case 4:
                return Role(vote, Data(10)).Key(ProgramIds.System).Text(_random.Next(12) == 0 ? new string('s', 33) : VoteFamily.Seed).Key(next)
                    .Build(ProgramIds.Vote, account, _clock, Signer(seeded));
            case 5:
                return Role(vote, Data(11)).Key(ProgramIds.System).Text(VoteFamily.Seed)
                    .Build(ProgramIds.Vote, account, _clock, Signer(seeded), Signer(next));
            case 6:
                return Data(4).Build(ProgramIds.Vote, account, Signer(next), withdrawer);
            case 7:
                return Data(5).Byte((byte)_random.Next(120)).Build(ProgramIds.Vote, account, withdrawer);
            case 8 or 9:
                ulong lamports = _random.Next(3) switch { 0 => world[vote].Lamports, 1 => (ulong)_random.Next(4), _ => (ulong)_random.NextInt64(50_000_000) };
                return Data(3).UInt64(lamports).Build(ProgramIds.Vote, account, AccountMeta.Writable(next), withdrawer);
            case 10:
                return Data(18).UInt16((ushort)_random.Next(12_000)).UInt32((uint)_random.Next(_random.Next(6) == 0 ? 3 : 1))
                    .Build(ProgramIds.Vote, account, withdrawer);
            case 11:
                Address collector = _random.Next(3) == 0 ? vote : next;
                return Data(17).UInt32((uint)_random.Next(2)).Build(ProgramIds.Vote, account, AccountMeta.Writable(collector), withdrawer);
            case 12 when _random.Next(2) == 0:
                return NewKind(next);
            case 12:
                return Data((uint)(_random.Next(2) == 0 ? 16 : 19)).Raw(_random, _random.Next(300)).Build(ProgramIds.Vote, account, Signer(next));
            case 13 or 14:
                return Vote(account);
            case 15:
                return Update(account);
            default:
                return Compact(account, isSync: _random.Next(3) > 0);
        }
    }

    private Instruction Vote(AccountMeta account)
    {
        List<ulong> slots = Slots(_random.Next(1, 6));
        bool isSwitch = _random.Next(4) == 0;
        Bytes data = Data(isSwitch ? 6u : 2u).UInt64((ulong)slots.Count);
        foreach (ulong slot in slots)
            data.UInt64(slot);
        Time(data.Blob(HashOf(slots[^1]).Span));
        if (isSwitch)
            data.Raw(_random, 32);
        return data.Build(ProgramIds.Vote, [account, AccountMeta.Readonly(SysvarIds.SlotHashes), _clock, .. Voters()]);
    }

    private Instruction Update(AccountMeta account)
    {
        (List<ulong> slots, ulong? root) = Tower();
        bool isSwitch = _random.Next(4) == 0;
        Bytes data = Data(isSwitch ? 9u : 8u).UInt64((ulong)slots.Count);
        for (int i = 0; i < slots.Count; i++)
            data.UInt64(slots[i]).UInt32(Confirmations(slots.Count, i));
        if (root is { } value)
            data.Byte(1).UInt64(value);
        else
            data.Byte(0);
        Time(data.Blob(HashOf(slots[^1]).Span));
        if (isSwitch)
            data.Raw(_random, 32);
        return data.Build(ProgramIds.Vote, [account, .. Voters()]);
    }

    private Instruction Compact(AccountMeta account, bool isSync)
    {
        (List<ulong> slots, ulong? root) = Tower();
        bool isSwitch = _random.Next(4) == 0;
        Bytes data = Data((isSync ? 14u : 12u) + (isSwitch ? 1u : 0u)).UInt64(root ?? ulong.MaxValue).Byte((byte)slots.Count);
        ulong before = root ?? 0;
        for (int i = 0; i < slots.Count; i++)
        {
            Variable(data, slots[i] - before).Byte((byte)Confirmations(slots.Count, i));
            before = slots[i];
        }

        Time(data.Blob(HashOf(slots[^1]).Span));
        if (isSync)
            data.Raw(_random, 32);
        if (isSwitch)
            data.Raw(_random, 32);
        return data.Build(ProgramIds.Vote, [account, .. Voters()]);
    }

    private (List<ulong> Slots, ulong? Root) Tower()
    {
        List<ulong> slots = Slots(_random.Next(4) == 0 ? 31 : _random.Next(1, 33));
        return (slots, _random.Next(RootlessOdds) == 0 ? null : slots[0] - (ulong)_random.Next(_random.Next(8) == 0 ? 1 : 30));
    }

    /// <summary>Slots up to the newest, most of them in the history.</summary>
    private List<ulong> Slots(int count)
    {
        var slots = new List<ulong>();
        ulong slot = newest - (ulong)_random.Next(_random.Next(3) == 0 ? 20 : 1);
        for (int i = 0; i < count; i++)
        {
            slots.Insert(0, slot);
            bool isGap = world[SysvarIds.SlotHashes] is var history && SlotHashes.IndexOf(history.Data, slot - 1) < 0;
            slot -= isGap && _random.Next(30) > 0 ? 2ul : _random.Next(60) == 0 ? 0ul : 1ul;
        }

        return slots;
    }

    private uint Confirmations(int count, int index) =>
        _random.Next(80) == 0 ? (uint)_random.Next(34) : (uint)(count - index);

    private Hash256 HashOf(ulong slot) => VoteFamily.HashOf(_random.Next(25) == 0 ? slot + 1 : slot);

    private void Time(Bytes data)
    {
        if (_random.Next(2) == 0)
            data.Byte(0);
        else
            data.Byte(1).UInt64((ulong)(1_700_000_000 + _random.Next(-1, 30)));
    }

    private Bytes Role(Address vote, Bytes data)
    {
        uint role = _random.Next(4) == 0 ? 2u : (uint)_random.Next(2);
        data.UInt32(role);
        return role == 2 ? Proof(vote, data) : data;
    }

    /// <summary>A BLS key with its proof, which seldom is wrong.</summary>
    private Bytes Proof(Address vote, Bytes data)
    {
        if (_random.Next(8) == 0)
            return data.Raw(_random, VoteInstructionReader.BlsKeyBytes + VoteInstructionReader.BlsProofBytes);
        BlsKey key = _keys[_random.Next(_keys.Length)];
        byte[] proof = key.Prove(_random.Next(8) == 0 ? One() : vote);
        if (_random.Next(8) == 0)
            proof[_random.Next(proof.Length)] ^= (byte)(1 << _random.Next(8));
        return data.Blob(key.PublicKey).Blob(proof);
    }

    private Instruction NewKind(Address next)
    {
        Address vote = Blank(), node = One();
        Bytes data = Proof(vote, Data(16).Key(node).Key(One())).Key(One()).UInt16((ushort)_random.Next(12_000)).UInt16((ushort)_random.Next(12_000));
        Address inflation = _random.Next(2) == 0 ? vote : next, block = _random.Next(2) == 0 ? vote : One();
        return data.Build(
            ProgramIds.Vote, AccountMeta.Writable(vote), Signer(node), new AccountMeta(inflation, false, _random.Next(8) > 0), AccountMeta.Writable(block));
    }

    private static Bytes Variable(Bytes data, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            data.Byte((byte)(value | 0x80));
        return data.Byte((byte)value);
    }

    private Address Blank()
    {
        Address address = world.NewKey();
        world.Set(address, new AccountState(Rent.MinimumBalance(VoteState.Size), ProgramIds.Vote, false, new byte[VoteState.Size]));
        return address;
    }

    private Address WithdrawerOf(Address vote)
    {
        byte[] data = world[vote].Data;
        return data.Length > WithdrawerOffset + Address.Size ? new Address(data.AsSpan(WithdrawerOffset, Address.Size)) : One();
    }

    private Address One() => authorities[_random.Next(authorities.Count)];

    /// <summary>Any signer of an instruction counts: mostly one of these is the voter of the epoch.</summary>
    private AccountMeta[] Voters() => _random.Next(4) == 0 ? [Signer(One())] : [.. authorities.Select(Signer)];

    private AccountMeta Signer(Address address) => new(address, world.CanSign(address) && _random.Next(20) > 0, false);

    private static Bytes Data(uint tag) => new Bytes().UInt32(tag);
}
