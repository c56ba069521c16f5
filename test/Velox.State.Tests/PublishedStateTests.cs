using System.Buffers.Binary;
using Velox.Primitives;
using Xunit;

namespace Velox.State.Tests;

public class PublishedStateTests
{
    [Fact]
    public void Accounts_are_found_by_address_and_by_their_latest_owner()
    {
        using var published = new PublishedState();
        var store = new AccountStore();
        Address alice = AddressOf(1);
        Account account = store.GetOrCreate(AddressOf(10));
        account.Lamports = 3;
        account.Owner = alice;
        store.MarkChanged(account);
        published.Publish(1, store.Seal().Changed);
        Assert.Equal(3UL, published.Find(AddressOf(10))!.Lamports);
        Assert.Single(published.FindByOwner(alice).Accounts);

        account.Owner = AddressOf(2);
        store.MarkChanged(account);
        published.Publish(2, store.Seal().Changed);
        Assert.Empty(published.FindByOwner(alice).Accounts);
        Assert.Equal((2UL, 1), (published.Slot, published.FindByOwner(AddressOf(2)).Accounts.Length));

        account.Lamports = 0;
        store.MarkChanged(account);
        published.Publish(3, store.Seal().Changed);
        Assert.Null(published.Find(AddressOf(10)));
        Assert.Empty(published.FindByOwner(AddressOf(2)).Accounts);
        Assert.Equal(0, published.Count);
    }

    [Fact]
    public void A_reader_never_sees_half_a_block()
    {
        // Each block moves lamports between two accounts; whoever reads both at once must see an unchanged sum.
        using var published = new PublishedState();
        var store = new AccountStore();
        Account left = store.GetOrCreate(AddressOf(1));
        Account right = store.GetOrCreate(AddressOf(2));
        left.Lamports = right.Lamports = 1_000_000;
        store.MarkChanged(left);
        store.MarkChanged(right);
        published.Publish(0, store.Seal().Changed);

        const int blocks = 20_000;
        using var done = new ManualResetEventSlim();
        long reads = 0;
        string? torn = null;
        var reader = new Thread(() =>
        {
            while (!done.IsSet)
            {
                (ulong slot, AccountSnapshot?[] accounts) = published.FindAll([left.Address, right.Address]);
                if (accounts[0]!.Lamports + accounts[1]!.Lamports != 2_000_000)
                    torn ??= $"slot {slot}";
                Interlocked.Increment(ref reads);
            }
        });
        reader.Start();

        // At least until the reader has had the core once.
        for (ulong slot = 1; slot <= blocks || Interlocked.Read(ref reads) == 0; slot++)
        {
            left.Lamports -= 7;
            right.Lamports += 7;
            store.MarkChanged(left);
            store.MarkChanged(right);
            published.Publish(slot, store.Seal().Changed);
        }

        done.Set();
        reader.Join();
        Assert.Null(torn);
    }

    private static Address AddressOf(int id)
    {
        Span<byte> bytes = stackalloc byte[32];
        BinaryPrimitives.WriteInt32BigEndian(bytes, id);
        return new Address(bytes);
    }
}
