using Velox.Primitives;
using Velox.State;

namespace Velox.Svm.Tests;

/// <summary>One instruction with its accounts before and after: protobuf of mollusk, fuzz/fixture/proto.</summary>
internal sealed class TokenFixture
{
    private const int MoveToHighHalf = 32;

    private readonly List<(int Index, bool IsSigner, bool IsWritable)> _accountReferences = [];

    private TokenFixture(string name) => Name = name;

    internal string Name { get; }

    /// <summary>The token program; in a few fixtures the system program.</summary>
    internal Address ProgramId { get; private set; }

    internal byte[] Data { get; private set; } = [];

    internal List<Account> Accounts { get; } = [];

    internal List<Account> ExpectedAccounts { get; } = [];

    internal InstructionError ExpectedError { get; private set; }

    internal byte[] ExpectedReturnData { get; private set; } = [];

    internal static TokenFixture Read(string path)
    {
        var fixture = new TokenFixture(Path.GetFileName(path));
        var reader = new ProtobufReader(File.ReadAllBytes(path));
        while (reader.MoveNext())
        {
            if (reader.Field == 1)
                fixture.ReadInput(reader.Bytes);
            else if (reader.Field == 2)
                fixture.ReadOutput(reader.Bytes);
        }

        return fixture;
    }

    /// <summary>Flags of an account that is listed twice are joined, as a transaction joins them.</summary>
    internal InstructionAccount[] InstructionAccounts() =>
    [
        .. _accountReferences.Select(reference => new InstructionAccount(
            FirstOf(reference.Index),
            _accountReferences.Any(other => FirstOf(other.Index) == FirstOf(reference.Index) && other.IsSigner),
            _accountReferences.Any(other => FirstOf(other.Index) == FirstOf(reference.Index) && other.IsWritable))),
    ];

    // Some fixtures list an account's content twice.
    private int FirstOf(int index) => Accounts.FindIndex(account => account.Address == Accounts[index].Address);

    private void ReadInput(ReadOnlySpan<byte> input)
    {
        var reader = new ProtobufReader(input);
        while (reader.MoveNext())
        {
            if (reader.Field == 4)
                ProgramId = new Address(reader.Bytes);
            else if (reader.Field == 5)
                _accountReferences.Add(ReadReference(reader.Bytes));
            else if (reader.Field == 6)
                Data = reader.Bytes.ToArray();
            else if (reader.Field == 7)
                Accounts.Add(ReadAccount(reader.Bytes));
        }
    }

    private void ReadOutput(ReadOnlySpan<byte> output)
    {
        var reader = new ProtobufReader(output);
        while (reader.MoveNext())
        {
            if (reader.Field == 3)
                ExpectedError = ErrorOf(reader.Number);
            else if (reader.Field == 4)
                ExpectedReturnData = reader.Bytes.ToArray();
            else if (reader.Field == 5)
                ExpectedAccounts.Add(ReadAccount(reader.Bytes));
        }
    }

    private static (int Index, bool IsSigner, bool IsWritable) ReadReference(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        (int Index, bool IsSigner, bool IsWritable) reference = default;
        while (reader.MoveNext())
        {
            if (reader.Field == 1)
                reference.Index = (int)reader.Number;
            else if (reader.Field == 2)
                reference.IsSigner = reader.Number != 0;
            else if (reader.Field == 3)
                reference.IsWritable = reader.Number != 0;
        }

        return reference;
    }

    private static Account ReadAccount(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        Address address = default;
        Address owner = default;
        ulong lamports = 0;
        bool isExecutable = false;
        byte[] data = [];
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

    // A program's result as 64 bits: a custom number in the low half, or a builtin code in the high half.
    private static InstructionError ErrorOf(ulong result) => (result >> MoveToHighHalf) switch
    {
        0 when result == 0 => InstructionError.None,
        0 => InstructionError.Custom((uint)result),
        1 => InstructionError.Custom(0),
        >= 2 and <= 10 and var code => (InstructionErrorKind)code,
        11 => InstructionErrorKind.NotEnoughAccountKeys,
        var code => throw new InvalidDataException($"The program result {code} is not one that a token fixture has."),
    };
}
