using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <summary>How full checks say what contradicts what.</summary>
internal static class Contradiction
{
    /// <exception cref="CorruptMarketException">It does not hold.</exception>
    internal static void Require(
        [DoesNotReturnIf(false)] bool holds,
        [InterpolatedStringHandlerArgument(nameof(holds))] ref ContradictionText text)
    {
        if (!holds)
            throw new CorruptMarketException(text.ToString());
    }
}
