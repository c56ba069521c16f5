using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>Signs a compiled transaction message with the session key; <c>keypair.Sign</c> fits.</summary>
public delegate Signature MessageSigner(ReadOnlySpan<byte> message);
