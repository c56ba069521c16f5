using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Simulations of transactions that state a durable nonce.</summary>
public sealed class DurableNonceSimulationTests : IDisposable
{
    private readonly NonceWorld _world = new();
    private readonly PublishedState _state = new();
    private readonly Address _to = TestKeys.Stranger(77);

    public void Dispose() => _state.Dispose();

    [Fact]
    public void A_nonce_that_can_be_advanced_is_as_good_as_a_blockhash_and_stays_as_it_was()
    {
        Address nonce = _world.NewNonce();
        byte[] transaction = Sign(nonce, StageChain.Sol);

        SimulationResult result = Simulate(transaction);

        Assert.False(result.Error.IsError, result.Error.ToString());
        Assert.NotEqual(_world.Next, _world.Read(nonce).Nonce);
        StageChain.Expect(_world.Chain.Send(transaction)[0]);
        Assert.Equal(TransactionErrorKind.BlockhashNotFound, Simulate(transaction).Error.Kind);
    }

    [Fact]
    public void A_failure_shows_the_advanced_nonce()
    {
        Address nonce = _world.NewNonce();

        SimulationResult result = Simulate(Sign(nonce, 5_000 * StageChain.Sol));

        Assert.Equal(TransactionError.AtInstruction(1, InstructionError.Custom(1)), result.Error);
        Account simulated = result.Accounts.Single(account => account.Address == nonce);
        Assert.True(NonceAccount.TryRead(simulated.Data.Bytes, out NonceAccount state));
        Assert.Equal(_world.Next, state.Nonce);
    }

    [Fact]
    public void A_replaced_blockhash_makes_it_a_transaction_like_any_other()
    {
        // The advance itself still runs, and fails in the block in which the nonce was made.
        Address nonce = _world.New(NonceAccount.Initialized(_world.Authority.PublicKey, _world.Next));

        SimulationResult result = Simulate(Sign(nonce, StageChain.Sol), ignoreBlockhash: true);

        Assert.Equal(
            TransactionError.AtInstruction(0, InstructionError.Custom((uint)SystemError.NonceBlockhashNotExpired)), result.Error);
    }

    private byte[] Sign(Address nonce, ulong lamports) => _world.SignDurable(
        nonce, [SystemInstructions.Transfer(_world.Chain.Payer.PublicKey, _to, lamports)], _world.Chain.Payer);

    private SimulationResult Simulate(byte[] transaction, bool ignoreBlockhash = false)
    {
        _state.Publish(_world.Chain.Block.Slot, _world.Chain.Accounts.Seal().Changed);
        var programs = new ProgramRegistry([new SystemProgram(), new ComputeBudgetProgram()]);
        return new TransactionSimulator(programs, _state, new NextBlockOf(_world.Chain))
            .Simulate(transaction, new SimulationOptions(VerifySignatures: true, ignoreBlockhash));
    }

    private sealed class NextBlockOf(StageChain chain) : ISimulatedChain
    {
        public BlockContext NextBlock => chain.Block;

        public bool IsRecentBlockhash(Hash256 blockhash) => blockhash == chain.LastHash;

        public bool IsRecorded(Signature transactionId) => false;
    }
}
