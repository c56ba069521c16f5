using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>Turns the messages of one bundle into a signed transaction.</summary>
public interface IBundleEncoder
{
    /// <param name="messages">1 to <see cref="BundleBuilder.MaxMessages"/> messages in order of arrival.</param>
    /// <returns>A serialized transaction; the caller owns the array.</returns>
    byte[] Encode(ReadOnlySpan<OrderMessage> messages);
}
