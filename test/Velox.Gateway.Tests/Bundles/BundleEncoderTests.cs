using System.Runtime.InteropServices;
using Velox.Cryptography;
using Velox.OrderBook;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Gateway.Tests;

public class BundleEncoderTests
{
    private const byte BatchTag = 8;

    private readonly Keypair _session = Keypair.FromSeed(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
    private Hash256 _blockhash = new(Enumerable.Repeat((byte)7, 32).ToArray());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public void A_bundle_is_one_signed_legacy_transaction_with_one_batch_instruction(int count)
    {
        OrderMessage[] messages = [.. Enumerable.Range(0, count).Select(i => Sample.Message((uint)i))];
        byte[] transaction = Encoder().Encode(messages);

        Assert.Equal(WireError.None, TransactionView.TryParse(transaction, out TransactionView view));
        Assert.Equal(TransactionVersion.Legacy, view.Version);
        Assert.Equal(_blockhash, view.RecentBlockhash);
        Assert.Equal(1, view.SignatureCount);
        Assert.Equal(_session.Sign(view.Message), view.Signature(0));
        Address[] keys = [_session.PublicKey, Sample.Market, ProgramIds.Book];
        Assert.Equal(keys, Enumerable.Range(0, 3).Select(view.StaticKey));
        Assert.Equal(3, view.StaticKeyCount);
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(view.IsStaticWritable));

        Assert.Equal(1, view.InstructionCount);
        InstructionView instruction = view.Instruction(0);
        Assert.Equal(2, instruction.ProgramIndex);
        Assert.Equal([1, 0], instruction.Accounts.ToArray());
        Assert.Equal(BatchTag, instruction.Data[0]);
        Assert.Equal(count, instruction.Data[1]);
        Assert.Equal(messages, MemoryMarshal.Cast<byte, OrderMessage>(instruction.Data[2..]).ToArray());
    }

    [Fact]
    public void Sequence_numbers_keep_otherwise_equal_bundles_distinct()
    {
        OrderMessage first = OrderMessage.CancelAll(1, sequence: 1);
        OrderMessage second = OrderMessage.CancelAll(1, sequence: 2);
        BundleEncoder encoder = Encoder();
        Assert.NotEqual(encoder.Encode([first]), encoder.Encode([second]));
        Assert.Equal(encoder.Encode([first]), encoder.Encode([first]));
    }

    [Fact]
    public void Each_bundle_asks_for_the_latest_blockhash()
    {
        BundleEncoder encoder = Encoder();
        encoder.Encode([Sample.Message(1)]);
        _blockhash = new Hash256(Enumerable.Repeat((byte)8, 32).ToArray());
        TransactionView.TryParse(encoder.Encode([Sample.Message(1)]), out TransactionView view);
        Assert.Equal(_blockhash, view.RecentBlockhash);
    }

    private BundleEncoder Encoder() => new(Sample.Market, _session.PublicKey, _session.Sign, () => _blockhash);
}
