using System.Buffers.Binary;
using Velox.State;

namespace Velox.Svm;

/// <summary>The sysvar in which programs see the other instructions of their transaction; made for each transaction that names it.</summary>
/// <remarks>
/// u16 count, u16 offset of each instruction; per instruction u16 account count, per account a flag byte (1 signer, 2 writable) and
/// the key, then program id, u16 data length, data; last the u16 index of the top-level instruction that runs (solana-sdk,
/// instructions-sysvar).
/// </remarks>
internal static class InstructionsSysvar
{
    private const int AccountBytes = 1 + 32;

    /// <summary>Puts the sysvar among the accounts, if the transaction names it. Nobody else sees that account.</summary>
    internal static Account? TryPlace(TransactionAccounts accounts, in TransactionView message)
    {
        if (!accounts.Keys.Names(KeyRoles.InstructionsSysvar))
            return null;
        int index = accounts.IndexOf(SysvarIds.Instructions);
        var account = new Account(SysvarIds.Instructions) { Owner = SysvarIds.Owner };
        account.Data.Resize(SizeOf(in message));
        Write(account.Data.Write(0, account.Data.Length), accounts, in message);
        accounts.Accounts[index] = account;
        return account;
    }

    /// <summary>Says which top-level instruction runs.</summary>
    internal static void SetCurrent(Account sysvar, int topLevelIndex) => BinaryPrimitives.WriteUInt16LittleEndian(
        sysvar.Data.Write(sysvar.Data.Length - sizeof(ushort), sizeof(ushort)), (ushort)topLevelIndex);

    private static int SizeOf(in TransactionView message)
    {
        int size = sizeof(ushort) + sizeof(ushort);
        for (int i = 0; i < message.InstructionCount; i++)
        {
            InstructionView instruction = message.Instruction(i);
            size += sizeof(ushort) + sizeof(ushort) + (instruction.Accounts.Length * AccountBytes) + 32 + sizeof(ushort)
                + instruction.Data.Length;
        }

        return size;
    }

    private static void Write(Span<byte> target, TransactionAccounts accounts, in TransactionView message)
    {
        int count = message.InstructionCount;
        BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)count);
        int offset = sizeof(ushort) * (1 + count);
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(target[(sizeof(ushort) * (1 + i))..], (ushort)offset);
            offset += WriteInstruction(target[offset..], accounts, message.Instruction(i));
        }
    }

    private static int WriteInstruction(Span<byte> target, TransactionAccounts accounts, InstructionView instruction)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)instruction.Accounts.Length);
        int offset = sizeof(ushort);
        foreach (byte index in instruction.Accounts)
        {
            target[offset] = (byte)((accounts.Signers[index] ? 1 : 0) | (accounts.Writables[index] ? 2 : 0));
            accounts.Accounts[index].Address.Span.CopyTo(target[(offset + 1)..]);
            offset += AccountBytes;
        }

        accounts.Accounts[instruction.ProgramIndex].Address.Span.CopyTo(target[offset..]);
        offset += 32;
        BinaryPrimitives.WriteUInt16LittleEndian(target[offset..], (ushort)instruction.Data.Length);
        offset += sizeof(ushort);
        instruction.Data.CopyTo(target[offset..]);
        return offset + instruction.Data.Length;
    }
}
