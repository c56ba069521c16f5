using System.Runtime.InteropServices;
using Velox.OrderBook;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Gateway;

/// <summary>
/// Encodes a bundle as one legacy transaction with one <c>Batch</c> instruction of the book program; the session key
/// signs it and pays its fee.
/// </summary>
/// <remarks>
/// Two transactions with the same messages and the same blockhash are the same transaction, and the engine executes it
/// once. The sequence field of the messages, ascending per session, keeps bundles distinct: it is the sender's to set.
/// </remarks>
public sealed class BundleEncoder : IBundleEncoder
{
    private readonly Address _market;
    private readonly Address _sessionKey;
    private readonly MessageSigner _sign;
    private readonly Func<Hash256> _latestBlockhash;

    /// <param name="market">The market account.</param>
    /// <param name="sessionKey">The public key that <paramref name="sign"/> signs for.</param>
    /// <param name="sign">Signs with the session key.</param>
    /// <param name="latestBlockhash">A blockhash that the engine accepts now; asked once per bundle.</param>
    public BundleEncoder(Address market, Address sessionKey, MessageSigner sign, Func<Hash256> latestBlockhash)
    {
        _market = market;
        _sessionKey = sessionKey;
        _sign = sign;
        _latestBlockhash = latestBlockhash;
    }

    /// <inheritdoc/>
    public byte[] Encode(ReadOnlySpan<OrderMessage> messages)
    {
        CompiledMessage compiled = new TransactionBuilder(_sessionKey)
            .Add(BookInstructions.Batch(_market, _sessionKey, MemoryMarshal.AsBytes(messages)))
            .WithBlockhash(_latestBlockhash())
            .CompileMessage();
        return compiled.Serialize([_sign(compiled.Bytes)]);
    }
}
