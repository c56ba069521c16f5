using Velox.Primitives;
using Xunit;
using static Velox.Svm.Tests.PlainTransaction;

namespace Velox.Svm.Tests;

public sealed class TransactionViewTests
{
    // One signature, header 1/0/1, two keys, blockhash, one instruction: program 1, accounts 0 0 1, data AA BB.
    private static readonly string HandMadeLegacy =
        "01" + Repeat("51", 64) + "010001" + "02" + Repeat("A1", 32) + Repeat("A2", 32) + Repeat("B1", 32)
        + "01" + "01" + "03000001" + "02AABB";

    // As above with version byte, account 4 and one lookup: writable 7 and 9, read-only 8.
    private static readonly string HandMadeVersion0 =
        "01" + Repeat("51", 64) + "80" + "010001" + "02" + Repeat("A1", 32) + Repeat("A2", 32) + Repeat("B1", 32)
        + "01" + "01" + "03000004" + "02AABB" + "01" + Repeat("C1", 32) + "020709" + "0108";

    [Fact]
    public void A_hand_made_legacy_transaction_shows_all_its_fields()
    {
        byte[] bytes = Convert.FromHexString(HandMadeLegacy);

        Assert.Equal(WireError.None, TransactionView.TryParse(bytes, out TransactionView view));

        Assert.Equal(TransactionVersion.Legacy, view.Version);
        Assert.Equal(1, view.SignatureCount);
        Assert.Equal((1, 0, 1), (view.RequiredSignatures, view.ReadonlySigned, view.ReadonlyUnsigned));
        Assert.Equal(new Signature(Filled(64, 0x51)), view.Signature(0));
        Assert.Equal(bytes[65..], view.Message.ToArray());
        Assert.Equal(2, view.StaticKeyCount);
        Assert.Equal(new Address(Filled(32, 0xA1)), view.FeePayer);
        Assert.Equal(new Address(Filled(32, 0xA2)), view.StaticKey(1));
        Assert.Equal(new Hash256(Filled(32, 0xB1)), view.RecentBlockhash);
        Assert.Equal((1, 0, 2), (view.InstructionCount, view.LookupCount, view.AccountCount));
        InstructionView instruction = view.Instruction(0);
        Assert.Equal(1, instruction.ProgramIndex);
        Assert.Equal([0, 0, 1], instruction.Accounts.ToArray());
        Assert.Equal([0xAA, 0xBB], instruction.Data.ToArray());
    }

    [Fact]
    public void A_hand_made_version_0_transaction_shows_its_lookup()
    {
        byte[] bytes = Convert.FromHexString(HandMadeVersion0);

        Assert.Equal(WireError.None, TransactionView.TryParse(bytes, out TransactionView view));

        Assert.Equal(TransactionVersion.Version0, view.Version);
        Assert.Equal(bytes[65..], view.Message.ToArray());
        Assert.Equal([0, 0, 4], view.Instruction(0).Accounts.ToArray());
        Assert.Equal((1, 5), (view.LookupCount, view.AccountCount));
        Assert.Equal((2, 1), (view.WritableLookupAccounts, view.ReadonlyLookupAccounts));
        LookupView lookup = view.Lookup(0);
        Assert.Equal(new Address(Filled(32, 0xC1)), lookup.TableKey);
        Assert.Equal([7, 9], lookup.WritableIndexes.ToArray());
        Assert.Equal([8], lookup.ReadonlyIndexes.ToArray());
    }

    [Fact]
    public void The_header_splits_the_static_keys_into_four_groups()
    {
        // 3 signers, the last read-only; 4 others, the last two read-only.
        PlainTransaction plain = Minimal(keys: 7);
        plain.Signatures = [Filled(64, 1), Filled(64, 2), Filled(64, 3)];
        (plain.RequiredSignatures, plain.ReadonlySigned, plain.ReadonlyUnsigned) = (3, 1, 2);

        Assert.Equal(WireError.None, TransactionView.TryParse(plain.Serialize(), out TransactionView view));

        int[] keys = [.. Enumerable.Range(0, 7)];
        Assert.Equal([0, 1, 2], keys.Where(index => view.IsStaticSigner(index)));
        Assert.Equal([0, 1, 3, 4], keys.Where(index => view.IsStaticWritable(index)));
    }

    [Fact]
    public void A_view_of_a_slice_of_a_larger_buffer_stays_inside_the_slice()
    {
        byte[] bytes = Convert.FromHexString("FFFF" + HandMadeVersion0 + "FFFF");

        Assert.Equal(WireError.None, TransactionView.TryParse(bytes.AsMemory()[2..^2], out TransactionView view));

        Assert.Equal(HandMadeVersion0, Convert.ToHexString(view.Bytes.Span));
        Assert.Equal(HandMadeVersion0, Convert.ToHexString(From(view).Serialize()));
    }

    [Fact]
    public void A_transaction_without_instructions_is_accepted() => AssertError(WireError.None, Minimal());

    [Fact]
    public void Indexes_outside_the_lists_are_refused()
    {
        byte[] bytes = Convert.FromHexString(HandMadeVersion0);
        Assert.Equal(WireError.None, TransactionView.TryParse(bytes, out TransactionView view));

        foreach (int index in new[] { int.MinValue, -1, 2, int.MaxValue })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => view.Signature(index));
            Assert.Throws<ArgumentOutOfRangeException>(() => view.StaticKey(index));
            Assert.Throws<ArgumentOutOfRangeException>(() => view.IsStaticSigner(index));
            Assert.Throws<ArgumentOutOfRangeException>(() => view.IsStaticWritable(index));
            Assert.Throws<ArgumentOutOfRangeException>(() => view.Instruction(index).ProgramIndex);
            Assert.Throws<ArgumentOutOfRangeException>(() => view.Lookup(index).TableKey);
        }
    }

    [Fact]
    public void A_failed_parse_leaves_the_empty_view()
    {
        Assert.NotEqual(WireError.None, TransactionView.TryParse(new byte[] { 1, 2, 3 }, out TransactionView view));

        Assert.True(view.Bytes.IsEmpty);
        Assert.Equal(0, view.SignatureCount + view.AccountCount + view.InstructionCount + view.LookupCount);
    }

    [Theory]
    [InlineData("81", WireError.Truncated)]
    [InlineData("82", WireError.UnsupportedVersion)]
    [InlineData("80", WireError.UnsupportedVersion)]
    [InlineData("FF", WireError.UnsupportedVersion)]
    [InlineData("", WireError.Truncated)]
    [InlineData("00", WireError.NoSignatures)]
    [InlineData("0D", WireError.TooManySignatures)]
    [InlineData("7F", WireError.TooManySignatures)]
    public void The_first_byte_alone_decides_some_causes(string hex, WireError expected) =>
        Assert.Equal(expected, TransactionView.TryParse(Convert.FromHexString(hex), out _));

    [Fact]
    public void A_transaction_of_a_later_version_is_refused_for_its_version()
    {
        byte[] bytes = new byte[4_096];
        bytes[0] = 0x82;
        Assert.Equal(WireError.UnsupportedVersion, TransactionView.TryParse(bytes, out _));
    }

    [Fact]
    public void A_message_version_other_than_0_is_refused()
    {
        byte[] bytes = Convert.FromHexString(HandMadeVersion0);
        for (int prefix = 0x81; prefix <= 0xFF; prefix++)
        {
            bytes[65] = (byte)prefix;
            Assert.Equal(WireError.UnsupportedVersion, TransactionView.TryParse(bytes, out _));
        }
    }

    [Fact]
    public void The_size_limit_is_1232_bytes()
    {
        PlainTransaction plain = Minimal(keys: 2);
        plain.Instructions = [(1, [], [])];
        int rest = 1_232 - plain.Serialize().Length - 1;

        plain.Instructions = [(1, [], new byte[rest])];
        Assert.Equal(1_232, plain.Serialize().Length);
        AssertError(WireError.None, plain);

        plain.Instructions = [(1, [], new byte[rest + 1])];
        AssertError(WireError.TransactionTooLarge, plain);
    }

    [Fact]
    public void Signatures_and_header_must_agree()
    {
        PlainTransaction plain = Minimal(keys: 3);
        plain.RequiredSignatures = 2;
        AssertError(WireError.SignatureCountMismatch, plain);

        plain.RequiredSignatures = 0;
        AssertError(WireError.SignatureCountMismatch, plain);
    }

    [Fact]
    public void The_fee_payer_must_be_writable()
    {
        PlainTransaction plain = Minimal(keys: 2);
        plain.ReadonlySigned = 1;
        AssertError(WireError.FeePayerNotWritable, plain);
    }

    [Fact]
    public void Read_only_unsigned_keys_cannot_reach_into_the_signers()
    {
        PlainTransaction plain = Minimal(keys: 3);
        plain.ReadonlyUnsigned = 2;
        AssertError(WireError.None, plain);

        plain.ReadonlyUnsigned = 3;
        AssertError(WireError.TooManyReadonlyUnsigned, plain);
    }

    [Fact]
    public void Every_signature_needs_a_static_key()
    {
        PlainTransaction plain = Minimal(keys: 1);
        plain.Signatures = [Filled(64, 1), Filled(64, 2)];
        plain.RequiredSignatures = 2;
        AssertError(WireError.TooFewStaticKeys, plain);

        AssertError(WireError.TooFewStaticKeys, Minimal(keys: 0));
    }

    [Fact]
    public void More_keys_than_fit_are_refused_by_their_count()
    {
        byte[] bytes = Minimal().Serialize();
        bytes[68] = 39;
        Assert.Equal(WireError.TooManyStaticKeys, TransactionView.TryParse(bytes, out _));
    }

    [Fact]
    public void At_most_64_instructions()
    {
        PlainTransaction plain = Minimal(keys: 2);
        plain.Instructions = [.. Enumerable.Repeat(((byte)1, Array.Empty<byte>(), Array.Empty<byte>()), 64)];
        AssertError(WireError.None, plain);

        plain.Instructions.Add((1, [], []));
        AssertError(WireError.TooManyInstructions, plain);
    }

    [Fact]
    public void At_most_255_accounts_in_an_instruction()
    {
        PlainTransaction plain = Minimal(keys: 2);
        plain.Instructions = [(1, new byte[255], [])];
        AssertError(WireError.None, plain);

        plain.Instructions = [(1, new byte[256], [])];
        AssertError(WireError.TooManyInstructionAccounts, plain);
    }

    [Fact]
    public void A_program_is_a_static_key_other_than_the_fee_payer()
    {
        PlainTransaction plain = Minimal(keys: 2);
        plain.IsVersion0 = true;
        plain.Lookups = [(Filled(32, 9), [0, 1, 2], [])];
        plain.Instructions = [(0, [], [])];
        AssertError(WireError.InvalidProgramIndex, plain);

        plain.Instructions = [(2, [], [])];
        AssertError(WireError.InvalidProgramIndex, plain);
    }

    [Fact]
    public void Account_indexes_count_the_looked_up_accounts()
    {
        PlainTransaction plain = Minimal(keys: 2);
        plain.Instructions = [(1, [0, 2], [])];
        AssertError(WireError.InvalidAccountIndex, plain);

        plain.IsVersion0 = true;
        plain.Lookups = [(Filled(32, 9), [5], [6])];
        plain.Instructions = [(1, [3, 2], [])];
        AssertError(WireError.None, plain);

        plain.Instructions = [(1, [4], [])];
        AssertError(WireError.InvalidAccountIndex, plain);
    }

    [Fact]
    public void At_most_256_accounts_with_the_looked_up_ones()
    {
        PlainTransaction plain = Minimal(keys: 2);
        plain.IsVersion0 = true;
        plain.Instructions = [(1, [255], [])];
        plain.Lookups = [(Filled(32, 9), new byte[200], new byte[54])];
        AssertError(WireError.None, plain);

        plain.Lookups = [(Filled(32, 9), new byte[200], new byte[55])];
        AssertError(WireError.TooManyAccounts, plain);
    }

    [Fact]
    public void A_lookup_must_select_something()
    {
        PlainTransaction plain = Minimal();
        plain.IsVersion0 = true;
        plain.Lookups = [(Filled(32, 9), [1], []), (Filled(32, 9), [], [])];
        AssertError(WireError.EmptyLookup, plain);
    }

    [Fact]
    public void The_most_lookups_that_fit_are_31()
    {
        PlainTransaction plain = Minimal();
        plain.IsVersion0 = true;
        plain.Lookups = [.. Enumerable.Repeat((Filled(32, 9), Array.Empty<byte>(), new byte[1]), 31)];
        AssertError(WireError.None, plain);
        Assert.InRange(plain.Serialize().Length + 35, 1_233, int.MaxValue);

        byte[] bytes = Minimal().Serialize();
        Assert.Equal(WireError.TooManyLookups, TransactionView.TryParse(
            (byte[])[.. bytes[..65], 0x80, .. bytes[65..], 32], out _));
    }

    [Fact]
    public void Bytes_after_the_end_are_refused()
    {
        foreach (string hex in new[] { HandMadeLegacy, HandMadeVersion0 })
            Assert.Equal(WireError.TrailingBytes, TransactionView.TryParse(Convert.FromHexString(hex + "00"), out _));
    }

    [Fact]
    public void A_length_in_a_longer_form_is_refused()
    {
        string longer = HandMadeLegacy.Replace("02AABB", "8200AABB", StringComparison.Ordinal);
        Assert.Equal(WireError.InvalidCompactU16, TransactionView.TryParse(Convert.FromHexString(longer), out _));
    }

    [Fact]
    public void Every_error_has_a_sentence_of_its_own()
    {
        string[] sentences = [.. Enum.GetValues<WireError>().Select(WireErrors.Describe)];

        Assert.Equal(sentences.Length, sentences.Distinct().Count());
        Assert.Contains("1232", WireErrors.Describe(WireError.TransactionTooLarge), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => WireErrors.Describe((WireError)255));
    }

    private static void AssertError(WireError expected, PlainTransaction plain) =>
        Assert.Equal(expected, TransactionView.TryParse(plain.Serialize(), out _));

    private static string Repeat(string hex, int count) => string.Concat(Enumerable.Repeat(hex, count));
}
