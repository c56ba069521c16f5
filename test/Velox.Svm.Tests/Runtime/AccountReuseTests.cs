using Velox.Cryptography;
using Velox.State;
using Xunit;
using static Velox.Svm.Tests.TestBank;

namespace Velox.Svm.Tests;

/// <summary>An account whose lamports are gone is gone: whoever uses its address next finds nothing of it.</summary>
public sealed class AccountReuseTests
{
    private readonly TestBank _bank = new(new ShapeProgram());
    private readonly Keypair _payer;
    private readonly Keypair _account;

    public AccountReuseTests()
    {
        _payer = _bank.NewFunded();
        _account = _bank.NewKey();
        _bank.Send(
            [
                SystemInstructions.CreateAccount(_payer.PublicKey, _account.PublicKey, Sol, 20_000, ShapeProgram.ProgramId),
                ShapeProgram.Call(_account.PublicKey, _payer.PublicKey, kind: 2, length: 5),
            ],
            _payer, _account).Expect();
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    public void An_emptied_account_can_be_created_anew_in_the_same_batch_block_or_later(int batchSize, bool inTwoBlocks)
    {
        byte[][] transactions =
        [
            _bank.Sign([ShapeProgram.Call(_account.PublicKey, _payer.PublicKey, kind: 3, length: 0)], _payer),
            _bank.Sign([SystemInstructions.CreateAccount(
                _payer.PublicKey, _account.PublicKey, Sol, 100, ProgramIds.Token)], _payer, _account),
        ];

        IEnumerable<byte[][]> blocks = inTwoBlocks ? transactions.Chunk(1) : [transactions];
        foreach (byte[][] block in blocks)
            Assert.All(_bank.SendBlock(block.Chunk(batchSize)), result => result.Expect());

        Account account = _bank.Account(_account.PublicKey);
        Assert.Equal(ProgramIds.Token, account.Owner);
        Assert.Equal(new byte[100], account.Data.Bytes.ToArray());
    }

    [Fact]
    public void An_account_refilled_within_the_transaction_that_emptied_it_goes_on()
    {
        _bank.Send(
            [
                ShapeProgram.Call(_account.PublicKey, _payer.PublicKey, kind: 3, length: 0),
                SystemInstructions.Transfer(_payer.PublicKey, _account.PublicKey, Sol),
            ],
            _payer).Expect();

        Assert.Equal(ShapeProgram.ProgramId, _bank.Account(_account.PublicKey).Owner);
        Assert.Equal(20_000, _bank.Account(_account.PublicKey).Data.Length);
    }
}
