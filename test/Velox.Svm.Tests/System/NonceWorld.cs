using Velox.Cryptography;
using Velox.Primitives;
using Velox.State;
using Xunit;
using static Velox.Svm.Tests.StageChain;

namespace Velox.Svm.Tests;

/// <summary>A chain with nonce accounts.</summary>
internal sealed class NonceWorld
{
    internal const ulong Balance = 2_000_000;

    private int _nextAddress = 900;
    private uint _salt = 1;

    internal NonceWorld(params INativeProgram[] programs) => Chain = new StageChain(null, programs);

    internal StageChain Chain { get; }

    internal Keypair Authority { get; } = TestKeys.Pair(800);

    /// <summary>The nonce of the last block's hash.</summary>
    internal Hash256 Next => NonceAccount.NonceOf(Chain.LastHash);

    /// <summary>An initialised nonce account that can be advanced in this block.</summary>
    internal Address NewNonce(ulong lamports = Balance) =>
        New(NonceAccount.Initialized(Authority.PublicKey, new Hash256(TestKeys.Stranger(_nextAddress).Span)), lamports);

    internal Address New(NonceAccount state, ulong lamports = Balance)
    {
        byte[] data = new byte[NonceAccount.Size];
        state.WriteTo(data);
        Address address = TestKeys.Stranger(_nextAddress++);
        Chain.Set(address, lamports, ProgramIds.System, data);
        return address;
    }

    internal NonceAccount Read(Address address)
    {
        Account account = Chain.Account(address);
        Assert.True(NonceAccount.TryRead(account.Data.Bytes, out NonceAccount nonce));
        return nonce;
    }

    internal Instruction Advance(Address nonce) => SystemInstructions.AdvanceNonceAccount(nonce, Authority.PublicKey);

    /// <summary>Signs a transaction that states the account's nonce.</summary>
    internal byte[] SignDurable(Address nonce, IEnumerable<Instruction> instructions, params Keypair[] signers) =>
        TestBank.Sign(Read(nonce).Nonce, instructions.Prepend(Advance(nonce)), [.. signers, Authority]);

    internal void ExpectFailure(
        Instruction instruction, InstructionError error, string? log, params Keypair[] signers)
    {
        // The price makes each transaction another one: a failure may be asked for twice.
        Instruction price = ComputeBudgetInstructions.SetComputeUnitPrice(_salt++);
        InFlightTransaction sent = Chain.Send([instruction, price], [Chain.Payer, .. signers]);
        Assert.Equal(TransactionError.AtInstruction(0, error), ErrorOf(sent));
        if (log is not null)
            Assert.Contains(log, sent.Record!.LogLines);
    }
}
