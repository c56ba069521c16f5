using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Collects instructions and compiles them to a legacy message, or to a v0 message without lookups.</summary>
public sealed class TransactionBuilder
{
    private const byte Version0Prefix = 0x80;

    private readonly List<Instruction> _instructions = [];

    /// <param name="feePayer">Signs first, pays the fee, is writable.</param>
    public TransactionBuilder(Address feePayer) => FeePayer = feePayer;

    public Address FeePayer { get; }

    /// <summary>A recent blockhash, or the value of a durable nonce. All zero unless set.</summary>
    public Hash256 RecentBlockhash { get; set; }

    /// <summary>Legacy unless set.</summary>
    public TransactionVersion Version { get; set; } = TransactionVersion.Legacy;

    /// <summary>Appends one instruction; instructions run in the order of the calls.</summary>
    public TransactionBuilder Add(Instruction instruction)
    {
        ArgumentNullException.ThrowIfNull(instruction);
        _instructions.Add(instruction);
        return this;
    }

    public TransactionBuilder WithBlockhash(Hash256 recentBlockhash)
    {
        RecentBlockhash = recentBlockhash;
        return this;
    }

    /// <summary>Orders the keys, replaces addresses by indexes and writes the message.</summary>
    /// <exception cref="InvalidOperationException">
    /// A limit of <see cref="WireLimits"/> is exceeded, or the fee payer is called as a program; the text names the
    /// field and the bound. What compiles, once signed, is accepted by <see cref="TransactionView.TryParse"/>.
    /// </exception>
    public CompiledMessage CompileMessage()
    {
        CheckBound("instruction count", _instructions.Count, WireLimits.MaxInstructions);
        foreach (Instruction instruction in _instructions)
            CheckInstruction(instruction);

        var keys = new AccountKeyList(FeePayer, _instructions);
        CheckBound("account count", keys.Keys.Count, WireLimits.MaxStaticKeys);
        CheckBound("signature count", keys.RequiredSignatures, WireLimits.MaxSignatures);

        byte[] message = Write(keys);
        int transactionBytes = 1 + keys.RequiredSignatures * Signature.Size + message.Length;
        CheckBound("transaction size in bytes", transactionBytes, WireLimits.MaxTransactionBytes);
        return new CompiledMessage(message, [.. keys.Keys.Take(keys.RequiredSignatures)]);
    }

    /// <summary>Compiles and signs.</summary>
    /// <param name="keypairs">One for each signer, in any order.</param>
    /// <returns>A transaction of at most 1,232 bytes.</returns>
    /// <exception cref="InvalidOperationException">As <see cref="CompileMessage"/>.</exception>
    /// <exception cref="ArgumentException">As <see cref="CompiledMessage.Sign"/>.</exception>
    public byte[] Sign(params ReadOnlySpan<Keypair> keypairs) => CompileMessage().Sign(keypairs);

    private byte[] Write(AccountKeyList keys)
    {
        var writer = new DataWriter();
        if (Version == TransactionVersion.Version0)
            writer.Byte(Version0Prefix);
        writer.Byte((byte)keys.RequiredSignatures).Byte((byte)keys.ReadonlySigned).Byte((byte)keys.ReadonlyUnsigned);

        writer.CompactLength(keys.Keys.Count);
        foreach (Address key in keys.Keys)
            writer.Address(key);
        writer.Bytes(RecentBlockhash.Span);

        writer.CompactLength(_instructions.Count);
        foreach (Instruction instruction in _instructions)
            WriteInstruction(writer, instruction, keys);

        if (Version == TransactionVersion.Version0)
            writer.CompactLength(0);
        return writer.ToArray();
    }

    private static void WriteInstruction(DataWriter writer, Instruction instruction, AccountKeyList keys)
    {
        writer.Byte((byte)keys.IndexOf(instruction.ProgramId)).CompactLength(instruction.Accounts.Length);
        foreach (AccountMeta meta in instruction.Accounts.Span)
            writer.Byte((byte)keys.IndexOf(meta.Address));
        writer.CompactLength(instruction.Data.Length).Bytes(instruction.Data.Span);
    }

    private void CheckInstruction(Instruction instruction)
    {
        if (instruction.ProgramId == FeePayer)
            throw new InvalidOperationException($"The fee payer {FeePayer} cannot be called as a program.");
        CheckBound(
            "account count of an instruction", instruction.Accounts.Length, WireLimits.MaxInstructionAccounts);
        CheckBound(
            "data length of an instruction in bytes", instruction.Data.Length, WireLimits.MaxTransactionBytes);
    }

    private static void CheckBound(string field, int value, int bound)
    {
        if (value > bound)
            throw new InvalidOperationException($"The {field} is {value}: at most {bound} is allowed.");
    }
}
