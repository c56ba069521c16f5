using System.Buffers.Binary;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Tests;

/// <summary>One instruction of the native lookup table program of Agave 2.1: protobuf of protosol, InstrFixture.</summary>
internal sealed class TableFixture
{
    private const ulong AccountNotExecutable = 22;
    private const ulong ExecutableDataModified = 28;
    private const ulong ExecutableLamportChange = 29;

    private static readonly Address[] SysvarAddresses =
        [SysvarIds.Clock, SysvarIds.Rent, SysvarIds.SlotHashes, SysvarIds.EpochSchedule];

    /// <summary>What the recorder took where there was no clock.</summary>
    private const ulong SlotWithoutClock = 10;

    private readonly List<InstructionAccount> _references = [];

    private TableFixture(string name) => Name = name;

    internal string Name { get; }

    internal Address ProgramId { get; private set; }

    internal byte[] Data { get; private set; } = [];

    internal List<Account> Accounts { get; } = [];

    internal List<Account> ExpectedAccounts { get; } = [];

    /// <summary>Units that the instruction may use.</summary>
    internal uint Units { get; private set; }

    /// <summary>The number of the error plus 1; 0 is success.</summary>
    internal ulong Result { get; private set; }

    internal bool IsSuccess => Result == 0;

    /// <summary>
    /// Whether it failed by a rule that Solana has given up since (SIMD-0162): executable accounts could not change, and
    /// others could not be called.
    /// </summary>
    internal bool BreaksExecutableRule => Result is AccountNotExecutable or ExecutableDataModified or ExecutableLamportChange;

    internal InstructionAccount[] InstructionAccounts => [.. _references];

    /// <summary>The block, with the sysvars that are among the accounts.</summary>
    internal BlockContext Block
    {
        get
        {
            Account? clock = Accounts.Find(account => account.Address == SysvarIds.Clock);
            ulong slot = clock is { Data.Length: >= 8 } ? BinaryPrimitives.ReadUInt64LittleEndian(clock.Data.Bytes) : SlotWithoutClock;
            IEnumerable<Account> sysvars = Accounts
                .Where(account => SysvarAddresses.Contains(account.Address)).DistinctBy(account => account.Address);
            return new BlockContext(slot, 0)
            {
                Sysvars = new SysvarCache(sysvars.Select(
                    account => KeyValuePair.Create(account.Address, account.Data.Bytes.ToArray()))),
            };
        }
    }

    internal static TableFixture Read(string path)
    {
        var fixture = new TableFixture(Path.GetFileName(path));
        var reader = new ProtobufReader(File.ReadAllBytes(path));
        while (reader.MoveNext())
        {
            if (reader.Field == 2)
                fixture.ReadInput(reader.Bytes);
            else if (reader.Field == 3)
                fixture.ReadOutput(reader.Bytes);
        }

        return fixture;
    }

    private void ReadInput(ReadOnlySpan<byte> input)
    {
        var reader = new ProtobufReader(input);
        while (reader.MoveNext())
        {
            if (reader.Field == 1)
                ProgramId = new Address(reader.Bytes);
            else if (reader.Field == 3)
                Accounts.Add(ReadAccount(reader.Bytes));
            else if (reader.Field == 4)
                _references.Add(ReadReference(reader.Bytes));
            else if (reader.Field == 5)
                Data = reader.Bytes.ToArray();
            else if (reader.Field == 6)
                Units = (uint)reader.Number;
        }
    }

    private void ReadOutput(ReadOnlySpan<byte> output)
    {
        var reader = new ProtobufReader(output);
        while (reader.MoveNext())
        {
            if (reader.Field == 1)
                Result = reader.Number;
            else if (reader.Field == 3)
                ExpectedAccounts.Add(ReadAccount(reader.Bytes));
        }
    }

    private static InstructionAccount ReadReference(ReadOnlySpan<byte> message)
    {
        (int Index, bool IsWritable, bool IsSigner) reference = default;
        var reader = new ProtobufReader(message);
        while (reader.MoveNext())
        {
            if (reader.Field == 1)
                reference.Index = (int)reader.Number;
            else if (reader.Field == 2)
                reference.IsWritable = reader.Number != 0;
            else if (reader.Field == 3)
                reference.IsSigner = reader.Number != 0;
        }

        return new InstructionAccount(reference.Index, reference.IsSigner, reference.IsWritable);
    }

    private static Account ReadAccount(ReadOnlySpan<byte> message)
    {
        Address address = default;
        Address owner = default;
        ulong lamports = 0;
        byte[] data = [];
        bool isExecutable = false;
        var reader = new ProtobufReader(message);
        while (reader.MoveNext())
        {
            if (reader.Field == 1)
                address = new Address(reader.Bytes);
            else if (reader.Field == 2)
                lamports = reader.Number;
            else if (reader.Field == 3)
                data = reader.Bytes.ToArray();
            else if (reader.Field == 4)
                isExecutable = reader.Number != 0;
            else if (reader.Field == 6)
                owner = new Address(reader.Bytes);
        }

        Account account = SingleInstruction.CreateAccount(address, owner, lamports, data);
        account.Executable = isExecutable;
        return account;
    }
}
