// A ring of our own whose consumer publishes lazily: the yardstick for what the algorithm gives in C++.
//
// Each side caches the other's position. The producer publishes every item (or batch) at once; the consumer gives slots
// back when it has read all that it knew of, and a quarter of the ring at a time.
#include "race.h"

template <class Item>
class LazyRing {
public:
    explicit LazyRing(long capacity)
        : slots_(static_cast<Item*>(std::aligned_alloc(128, capacity * sizeof(Item)))), capacity_(capacity) {}

    ~LazyRing() { std::free(slots_); }

    bool try_write(const Item& item) {
        long written = written_.load(std::memory_order_relaxed);
        if (written == write_limit_ && free_after_refresh(written) == 0)
            return false;
        slots_[written & (capacity_ - 1)] = item;
        written_.store(written + 1, std::memory_order_release);
        return true;
    }

    bool try_read(Item& item) {
        if (read_ == read_limit_ && available_after_refresh() == 0)
            return false;
        item = slots_[read_ & (capacity_ - 1)];
        if (++read_ == give_back_at_)
            give_back();
        return true;
    }

    // Free slots, at most so many, fewer at the ring's end; to be published.
    long reserve(long most, Item*& first) {
        long written = written_.load(std::memory_order_relaxed);
        long free = write_limit_ - written;
        if (free < most)
            free = free_after_refresh(written);
        first = slots_ + (written & (capacity_ - 1));
        return std::min({free, most, capacity_ - (written & (capacity_ - 1))});
    }

    void publish(long count) {
        written_.store(written_.load(std::memory_order_relaxed) + count, std::memory_order_release);
    }

    // The oldest items, at most so many, fewer at the ring's end; to be removed by advance.
    long peek(long most, const Item*& first) {
        long available = read_limit_ - read_;
        if (available < most)
            available = available_after_refresh();
        first = slots_ + (read_ & (capacity_ - 1));
        return std::min({available, most, capacity_ - (read_ & (capacity_ - 1))});
    }

    void advance(long count) {
        read_ += count;
        if (read_ >= give_back_at_)
            give_back();
    }

private:
    __attribute__((noinline)) long free_after_refresh(long written) {
        write_limit_ = given_back_.load(std::memory_order_acquire) + capacity_;
        return write_limit_ - written;
    }

    __attribute__((noinline)) long available_after_refresh() {
        read_limit_ = written_.load(std::memory_order_acquire);
        plan_give_back();
        return read_limit_ - read_;
    }

    __attribute__((noinline)) void give_back() {
        given_back_.store(read_, std::memory_order_release);
        plan_give_back();
    }

    void plan_give_back() {
        give_back_at_ = std::min(read_limit_, given_back_.load(std::memory_order_relaxed) + capacity_ / 4);
    }

    alignas(128) std::atomic<long> written_{0};
    long write_limit_ = 0;
    alignas(128) std::atomic<long> given_back_{0};
    alignas(128) long read_ = 0;
    long read_limit_ = 0;
    long give_back_at_ = 0;
    alignas(128) Item* const slots_;
    const long capacity_;
};

template <class Item>
struct Single {
    LazyRing<Item> ring;
    explicit Single(long capacity) : ring(capacity) {}

    long write(long first, long) { return ring.try_write(Item::of(first)); }

    long read(long first) {
        Item item;
        return ring.try_read(item) ? race::expect(item.number, first) : 0;
    }
};

template <class Item>
struct Batch {
    LazyRing<Item> ring;
    explicit Batch(long capacity) : ring(capacity) {}

    long write(long first, long end) {
        Item* items;
        long count = ring.reserve(std::min(race::kMostAtOnce, end - first), items);
        for (long i = 0; i < count; i++)
            items[i] = Item::of(first + i);
        ring.publish(count);
        return count;
    }

    long read(long first) {
        const Item* items;
        long count = ring.peek(race::kMostAtOnce, items);
        for (long i = 0; i < count; i++)
            race::expect(items[i].number, first + i);
        if (count > 0)
            ring.advance(count);
        return count;
    }
};

int main() { return race::serve<Single, Batch>(); }
