using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Collects instructions and compiles them to a legacy message, a v0 message without lookups, or a v1 message.</summary>
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

    /// <summary>What a v1 message asks for; the others have compute budget instructions instead.</summary>
    public TransactionConfig Config { get; set; }

    private bool IsVersion1 => Version == TransactionVersion.Version1;

    private int MaxTransactionBytes => IsVersion1 ? WireLimits.MaxVersion1Bytes : WireLimits.MaxTransactionBytes;

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
        if (IsVersion1 && Config.HeapBytes is { } heapBytes && !ComputeBudget.IsHeapAllowed(heapBytes))
            throw new InvalidOperationException($"A heap of {heapBytes} bytes is not 32 to 256 KiB, a multiple of 1,024.");

        var keys = new AccountKeyList(FeePayer, _instructions);
        CheckBound(
            "account count", keys.Keys.Count, IsVersion1 ? WireLimits.MaxVersion1Accounts : WireLimits.MaxStaticKeys);
        CheckBound("signature count", keys.RequiredSignatures, WireLimits.MaxSignatures);

        byte[] message = IsVersion1 ? WriteVersion1(keys) : Write(keys);
        int countBytes = IsVersion1 ? 0 : 1;
        CheckBound(
            "transaction size in bytes",
            countBytes + (keys.RequiredSignatures * Signature.Size) + message.Length, MaxTransactionBytes);
        return new CompiledMessage(message, Version, [.. keys.Keys.Take(keys.RequiredSignatures)]);
    }

    /// <summary>Compiles and signs.</summary>
    /// <param name="keypairs">One for each signer, in any order.</param>
    /// <returns>A transaction of at most 1,232 bytes, 4,096 of version 1.</returns>
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

    private byte[] WriteVersion1(AccountKeyList keys)
    {
        DataWriter writer = new DataWriter().Byte(Version1Parser.VersionByte)
            .Byte((byte)keys.RequiredSignatures).Byte((byte)keys.ReadonlySigned).Byte((byte)keys.ReadonlyUnsigned)
            .UInt32(Config.Mask).Bytes(RecentBlockhash.Span)
            .Byte((byte)_instructions.Count).Byte((byte)keys.Keys.Count);
        foreach (Address key in keys.Keys)
            writer.Address(key);
        WriteConfig(writer);
        foreach (Instruction instruction in _instructions)
        {
            writer.Byte((byte)keys.IndexOf(instruction.ProgramId)).Byte((byte)instruction.Accounts.Length)
                .UInt16((ushort)instruction.Data.Length);
        }

        foreach (Instruction instruction in _instructions)
        {
            foreach (AccountMeta meta in instruction.Accounts.Span)
                writer.Byte((byte)keys.IndexOf(meta.Address));
            writer.Bytes(instruction.Data.Span);
        }

        return writer.ToArray();
    }

    private void WriteConfig(DataWriter writer)
    {
        if (Config.PriorityFee is { } priorityFee)
            writer.UInt64(priorityFee);
        if (Config.UnitLimit is { } unitLimit)
            writer.UInt32(unitLimit);
        if (Config.LoadedDataLimit is { } loadedDataLimit)
            writer.UInt32(loadedDataLimit);
        if (Config.HeapBytes is { } heapBytes)
            writer.UInt32(heapBytes);
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
            "data length of an instruction in bytes", instruction.Data.Length, MaxTransactionBytes);
    }

    private static void CheckBound(string field, int value, int bound)
    {
        if (value > bound)
            throw new InvalidOperationException($"The {field} is {value}: at most {bound} is allowed.");
    }
}
