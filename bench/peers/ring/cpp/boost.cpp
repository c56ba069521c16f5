// boost::lockfree::spsc_queue: one item a call, and arrays in, in place out.
#include <boost/lockfree/spsc_queue.hpp>

#include "race.h"

template <class Item>
struct Single {
    boost::lockfree::spsc_queue<Item> queue;
    explicit Single(long capacity) : queue(capacity) {}

    long write(long first, long) { return queue.push(Item::of(first)); }

    long read(long first) {
        Item item;
        return queue.pop(item) ? race::expect(item.number, first) : 0;
    }
};

template <class Item>
struct Batch {
    boost::lockfree::spsc_queue<Item> queue;
    explicit Batch(long capacity) : queue(capacity) {}

    long write(long first, long end) {
        Item items[race::kMostAtOnce];
        long count = std::min(race::kMostAtOnce, end - first);
        for (long i = 0; i < count; i++)
            items[i] = Item::of(first + i);
        return queue.push(items, count);
    }

    long read(long first) {
        return queue.consume_all([&first](const Item& item) { first += race::expect(item.number, first); });
    }
};

int main() { return race::serve<Single, Batch>(); }
