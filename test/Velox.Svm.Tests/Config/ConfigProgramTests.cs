using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>The config program, and the feature gate's one instruction.</summary>
public sealed class ConfigProgramTests
{
    private static readonly Address First = TestKeys.Stranger(40);
    private static readonly Address Second = TestKeys.Stranger(41);

    private readonly InstructionWorld _world = new();
    private readonly Account _config;

    public ConfigProgramTests() => _config = _world.Add(1, ProgramIds.Config, 1_000_000_000, 150);

    [Fact]
    public void The_first_store_is_signed_by_the_account_later_ones_by_its_signers()
    {
        Instruction store = Store([7, 8, 9], (First, true), (Second, false));
        Refuse(store, InstructionErrorKind.MissingRequiredSignature);
        Instruction first = Store([7, 8, 9], isConfigSigner: true, (First, true), (Second, false));
        Assert.False(_world.Run(first).IsError);
        Assert.Equal(first.Data.Span, _config.Data.Bytes[..first.Data.Length]);
        Assert.Equal([2, .. First.Span, 1, .. Second.Span, 0, 7, 8, 9], first.Data.ToArray());

        Assert.False(_world.Run(Store([1], (First, true), (Second, false))).IsError);
        Assert.Equal(1, _config.Data.Bytes[67]);
    }

    [Fact]
    public void Signers_must_be_the_stored_ones_all_and_in_order()
    {
        Assert.False(_world.Run(Store([1], isConfigSigner: true, (First, true), (Second, true))).IsError);
        Refuse(Store([2], (First, true)), InstructionErrorKind.MissingRequiredSignature);
        Assert.Contains("Program log: too few signers: 1; expected: 2", _world.Log);
        Refuse(Store([2], (TestKeys.Stranger(42), true), (Second, true)), InstructionErrorKind.MissingRequiredSignature);
        Assert.Contains($"Program log: account {TestKeys.Stranger(42)} is not in stored signer list", _world.Log);
        Refuse(
            InstructionWorld.Unsigned(Store([2], (First, true), (Second, true))), InstructionErrorKind.MissingRequiredSignature);
        Refuse(Store([2], (First, true), (First, true), (Second, true)), InstructionErrorKind.InvalidArgument);
        Assert.False(_world.Run(Store([2], (First, true), (Second, true))).IsError);
    }

    [Fact]
    public void Data_must_fit_and_parse()
    {
        Refuse(
            Store(new byte[150], isConfigSigner: true, (First, false)), InstructionErrorKind.InvalidInstructionData);
        Assert.Contains("Program log: instruction data too large", _world.Log);
        AccountMeta[] accounts = [AccountMeta.WritableSigner(_config.Address)];
        Refuse(new Instruction(ProgramIds.Config, accounts, default), InstructionErrorKind.InvalidInstructionData);
        Refuse(new Instruction(ProgramIds.Config, accounts, new byte[] { 1, 2 }), InstructionErrorKind.InvalidInstructionData);
        byte[] notBoolean = [1, .. First.Span, 2];
        Refuse(new Instruction(ProgramIds.Config, accounts, notBoolean), InstructionErrorKind.InvalidInstructionData);
        _config.Owner = ProgramIds.Stake;
        Refuse(Store([1], isConfigSigner: true, (First, false)), InstructionErrorKind.InvalidAccountOwner);
    }

    [Fact]
    public void A_pending_feature_is_taken_back()
    {
        Account feature = _world.Add(2, ProgramIds.FeatureGate, 1_000_000, 9);
        var revoke = new Instruction(
            ProgramIds.FeatureGate,
            new[]
            {
                AccountMeta.WritableSigner(feature.Address), AccountMeta.Writable(ProgramIds.Incinerator),
                AccountMeta.Readonly(ProgramIds.System),
            },
            new byte[] { 0 });
        Assert.Equal(InstructionErrorKind.MissingRequiredSignature, _world.Run(InstructionWorld.Unsigned(revoke)).Kind);
        feature.Data.Write(0, 1)[0] = 1;
        Assert.Equal(InstructionError.Custom(0), _world.Run(revoke));
        feature.Data.Write(0, 1)[0] = 0;
        Assert.False(_world.Run(revoke).IsError);
        Assert.Equal((0UL, 0, ProgramIds.System), (feature.Lamports, feature.Data.Length, feature.Owner));
    }

    private Instruction Store(byte[] data, params (Address Key, bool IsSigner)[] keys) => Store(data, false, keys);

    private Instruction Store(byte[] data, bool isConfigSigner, params (Address Key, bool IsSigner)[] keys)
    {
        AccountMeta[] accounts =
        [
            new AccountMeta(_config.Address, isConfigSigner, true),
            .. keys.Where(key => key.IsSigner).Select(key => AccountMeta.ReadonlySigner(key.Key)),
        ];
        byte[] bytes =
            [(byte)keys.Length, .. keys.SelectMany(key => (byte[])[.. key.Key.Span, key.IsSigner ? (byte)1 : (byte)0]), .. data];
        return new Instruction(ProgramIds.Config, accounts, bytes);
    }

    private void Refuse(Instruction instruction, InstructionError error)
    {
        byte[] before = _config.Data.Bytes.ToArray();
        Assert.Equal(error, _world.Run(instruction));
        Assert.Equal(before, _config.Data.Bytes);
    }
}
