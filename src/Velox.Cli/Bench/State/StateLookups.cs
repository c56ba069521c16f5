using Velox.Primitives;
using Velox.State;

namespace Velox.Cli;

/// <summary>The same accounts looked up, and their lamports read, in the store and in the plain one; in CPU nanoseconds each.</summary>
internal sealed class StateLookups(AccountStore store, PlainStore plain, Address[] addresses)
{
    /// <summary>How many are fetched ahead together.</summary>
    internal const int Group = 32;

    private readonly ulong _expected = Sum(addresses, address => plain.Find(address)!.Lamports);

    internal double OneByOne() => Measure(() => Sum(addresses, address => store.Find(address)!.Lamports));

    internal double Plain() => Measure(() => Sum(addresses, address => plain.Find(address)!.Lamports));

    internal double FetchedAhead() => Measure(() =>
    {
        ulong sum = 0;
        for (int start = 0; start < addresses.Length; start += Group)
        {
            ReadOnlySpan<Address> group = addresses.AsSpan(start, Math.Min(Group, addresses.Length - start));
            store.Prefetch(group);
            foreach (ref readonly Address address in group)
                sum += store.Find(address)!.Lamports;
        }

        return sum;
    });

    private double Measure(Func<ulong> sum)
    {
        long start = ThreadTime.NowNanos;
        ulong found = sum();
        double nanos = (ThreadTime.NowNanos - start) / (double)addresses.Length;
        return found == _expected ? nanos : throw new BenchFailedException("other accounts were found");
    }

    private static ulong Sum(Address[] addresses, Func<Address, ulong> read)
    {
        ulong sum = 0;
        foreach (Address address in addresses)
            sum += read(address);
        return sum;
    }
}
