// moodycamel::ReaderWriterQueue: one item a call; it has no batches.
#include <readerwriterqueue/readerwriterqueue.h>

#include "race.h"

template <class Item>
struct Single {
    moodycamel::ReaderWriterQueue<Item> queue;
    explicit Single(long capacity) : queue(capacity) {}

    long write(long first, long) { return queue.try_enqueue(Item::of(first)); }

    long read(long first) {
        Item item;
        return queue.try_dequeue(item) ? race::expect(item.number, first) : 0;
    }
};

int main() { return race::serve<Single, race::NoPipe>(); }
