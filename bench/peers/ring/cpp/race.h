// Two pinned threads at the ends of a pipe: the method of `velox bench ring`, for rings in C++.
//
// A driver is a process that answers requests, one per line, so that a script lets it take turns with others:
//     single|batch|trip  ITEM_BYTES  COUNT
// with items per second one way, or with the mean, the median and the 99th percentile of a round trip in nanoseconds, or
// with "-" where its ring has no such operation. `batch` writes and reads as many items at once as there are, up to 256,
// in place where the ring can.
//
// A pipe has
//     long write(long first, long end)   writes items numbered from first on, below end; returns how many went in
//     long read(long first)              reads items, which must be numbered from first on; returns how many there were
#pragma once

#include <immintrin.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace race {

constexpr long kCapacity = 4096;
constexpr long kMostAtOnce = 256;

struct Small {
    int64_t number;
    static Small of(int64_t number) { return {number}; }
};

struct Large {
    int64_t number, price, quantity, owner, market, flags, arrival, check;
    static Large of(int64_t number) { return {number, 1, 2, 3, 4, 5, 6, ~number}; }
};

static_assert(sizeof(Small) == 8 && sizeof(Large) == 64);

// Returns 1, for one item, if it is the one that was due.
inline long expect(int64_t number, int64_t due) {
    if (number != due) {
        std::fprintf(stderr, "item %ld came where %ld was due\n", (long)number, (long)due);
        std::abort();
    }
    return 1;
}

// Spins; and yields now and then, as the other thread may wait for this core.
struct ShortWait {
    unsigned spins = 0;
    __attribute__((noinline)) void once() {
        if (++spins % 1024 == 0)
            sched_yield();
        else
            _mm_pause();
    }
};

inline void pin_to(int core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    pthread_setaffinity_np(pthread_self(), sizeof cores, &cores);
}

// Runs two threads from a common start; returns the seconds that the second one took.
template <class First, class Second>
double run(First first, Second second) {
    using Clock = std::chrono::steady_clock;
    std::atomic<int> ready{0};
    auto start = [&ready](int core) {
        pin_to(core);
        ready++;
        while (ready.load() < 2)
            sched_yield();
    };
    double seconds = 0;
    std::thread other([&] { start(0); first(); });
    std::thread timed([&] {
        start(1);
        auto begin = Clock::now();
        second();
        seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    });
    other.join();
    timed.join();
    return seconds;
}

// A pipe whose memory is there: every slot was used once, so no page is new to the threads.
template <class Pipe>
std::unique_ptr<Pipe> create() {
    auto pipe = std::make_unique<Pipe>(kCapacity);
    for (long i = 0; i < kCapacity; i++) {
        pipe->write(i, i + 1);
        pipe->read(i);
    }
    return pipe;
}

template <class Pipe>
double one_way(long items) {
    auto pipe = create<Pipe>();
    double seconds = run(
        [&pipe = *pipe, items] {
            ShortWait wait;
            for (long next = 0; next < items;) {
                long count = pipe.write(next, items);
                if (count == 0)
                    wait.once();
                next += count;
            }
        },
        [&pipe = *pipe, items] {
            ShortWait wait;
            for (long next = 0; next < items;) {
                long count = pipe.read(next);
                if (count == 0)
                    wait.once();
                next += count;
            }
        });
    return items / seconds;
}

struct Trip {
    double mean, p50, p99;
};

// From one departure to the next, by the processor's counter, which is read while the item is under way.
template <class Pipe>
Trip round_trip(long trips) {
    auto there = create<Pipe>();
    auto back = create<Pipe>();
    std::vector<uint64_t> ticks(trips);
    double seconds = run(
        [&there = *there, &back = *back, trips] {
            ShortWait wait;
            for (long trip = 0; trip < trips; trip++) {
                while (there.read(trip) == 0)
                    wait.once();
                back.write(trip, trip + 1);
            }
        },
        [&there = *there, &back = *back, &ticks, trips] {
            ShortWait wait;
            uint64_t before = __rdtsc();
            for (long trip = 0; trip < trips; trip++) {
                there.write(trip, trip + 1);
                uint64_t now = __rdtsc();
                ticks[trip] = now - before;
                before = now;
                while (back.read(trip) == 0)
                    wait.once();
            }
        });
    double sum = 0;
    for (uint64_t each : ticks)
        sum += each;
    double nanos_per_tick = seconds * 1e9 / sum;
    std::sort(ticks.begin(), ticks.end());
    return {seconds * 1e9 / trips, ticks[trips / 2] * nanos_per_tick, ticks[trips * 99 / 100] * nanos_per_tick};
}

// Stands for an operation that the ring has not.
struct None {};

template <class Item>
using NoPipe = None;

template <class Pipe>
void answer_one_way(long items) {
    if constexpr (std::is_same_v<Pipe, None>)
        std::printf("-\n");
    else
        std::printf("%.0f\n", one_way<Pipe>(items));
}

template <class Pipe>
void answer_trip(long trips) {
    Trip trip = round_trip<Pipe>(trips);
    std::printf("%.1f %.1f %.1f\n", trip.mean, trip.p50, trip.p99);
}

// Answers requests until there are no more.
template <template <class> class Single, template <class> class Batch>
int serve() {
    char shape[16];
    long bytes, count;
    while (std::scanf("%15s %ld %ld", shape, &bytes, &count) == 3) {
        bool small = bytes == sizeof(Small);
        if (!std::strcmp(shape, "single"))
            small ? answer_one_way<Single<Small>>(count) : answer_one_way<Single<Large>>(count);
        else if (!std::strcmp(shape, "batch"))
            small ? answer_one_way<Batch<Small>>(count) : answer_one_way<Batch<Large>>(count);
        else
            small ? answer_trip<Single<Small>>(count) : answer_trip<Single<Large>>(count);
        std::fflush(stdout);
    }
    return 0;
}

}  // namespace race
