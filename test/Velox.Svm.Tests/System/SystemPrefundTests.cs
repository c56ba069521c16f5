using Velox.Cryptography;
using Velox.Primitives;
using Velox.State;
using Xunit;
using static Velox.Svm.Tests.StageChain;

namespace Velox.Svm.Tests;

/// <summary>CreateAccountAllowPrefund.</summary>
public sealed class SystemPrefundTests
{
    private readonly StageChain _chain = new();
    private readonly Address _owner = TestKeys.Stranger(7);

    [Theory]
    [InlineData(0)]
    [InlineData(5 * Sol)]
    public void It_adds_to_what_the_account_has(ulong held)
    {
        Keypair created = _chain.NewKey();
        _chain.Set(created.PublicKey, held, ProgramIds.System, []);

        Expect(_chain.Send(Create(created, Sol, 100), _chain.Payer, created));

        Account account = _chain.Account(created.PublicKey);
        Assert.Equal((held + Sol, _owner, 100), (account.Lamports, account.Owner, account.Data.Length));
    }

    [Fact]
    public void Without_lamports_to_add_no_payer_is_named()
    {
        Keypair created = _chain.NewFunded();

        Expect(_chain.Send(Create(created, 0, 100), _chain.Payer, created));

        Assert.Equal(10 * Sol, _chain.Balance(created.PublicKey));
        Assert.Equal(_owner, _chain.Account(created.PublicKey).Owner);
    }

    [Fact]
    public void Its_errors_come_in_their_order()
    {
        Keypair created = _chain.NewFunded();
        Instruction create = Create(created, Sol, 100);
        AccountMeta[] accounts = create.Accounts.ToArray();

        AssertFails(InstructionErrorKind.MissingAccount, With(accounts[0]), created);
        AssertFails(
            InstructionErrorKind.MissingRequiredSignature,
            With(AccountMeta.Writable(created.PublicKey), accounts[1]));
        Keypair poor = _chain.NewFunded();
        InFlightTransaction unsigned = AssertFails(
            InstructionErrorKind.MissingRequiredSignature, With(accounts[0], AccountMeta.Writable(poor.PublicKey)), created);
        Assert.Contains($"Transfer: `from` account {poor.PublicKey} must sign", unsigned.Record!.LogLines);
        AssertFails(InstructionError.Custom(1), SystemInstructions.CreateAccountAllowPrefund(
            poor.PublicKey, created.PublicKey, 11 * Sol, 100, _owner), created, poor);
        AssertFails(InstructionError.Custom(3), Create(created, Sol, (10 * 1024 * 1024) + 1), created);
        _chain.Set(created.PublicKey, Sol, ProgramIds.System, new byte[1]);
        AssertFails(InstructionError.Custom(0), Create(created, 2 * Sol, 100), created);

        Instruction With(params AccountMeta[] metas) => new(ProgramIds.System, metas, create.Data);
    }

    [Fact]
    public void Without_its_feature_it_is_invalid_data_before_anything_else()
    {
        var chain = new StageChain(FeatureSet.Mainnet.Without(Feature.Named("create_account_allow_prefund").Id));
        Instruction create = new(ProgramIds.System, default, Create(_chain.NewKey(), Sol, 1).Data);

        Assert.Equal(
            TransactionError.AtInstruction(0, InstructionErrorKind.InvalidInstructionData),
            ErrorOf(chain.Send(create, chain.Payer)));
    }

    private Instruction Create(Keypair created, ulong lamports, ulong space) =>
        SystemInstructions.CreateAccountAllowPrefund(_chain.Payer.PublicKey, created.PublicKey, lamports, space, _owner);

    private InFlightTransaction AssertFails(InstructionError error, Instruction instruction, params Keypair[] signers)
    {
        InFlightTransaction sent = _chain.Send(instruction, [_chain.Payer, .. signers]);
        Assert.Equal(TransactionError.AtInstruction(0, error), ErrorOf(sent));
        return sent;
    }
}
