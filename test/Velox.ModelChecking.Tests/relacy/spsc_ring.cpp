// The algorithm of SpscRingCore again, for another checker: Relacy, which explores C++11 programs.
//
// One thread writes items, the other reads them; capacity 1, so that slots are used again. With MISSING_RELEASE the producer
// publishes by a relaxed store, and the checker must find that the consumer's read of the slot races with its writing.

#include <relacy/relacy.hpp>

#ifdef MISSING_RELEASE
#define PUBLISH rl::memory_order_relaxed
#else
#define PUBLISH rl::memory_order_release
#endif

struct spsc_ring : rl::test_suite<spsc_ring, 2>
{
    static int const capacity = 1;
    static int const items = 3;

    rl::atomic<int> written;
    rl::atomic<int> given_back;
    rl::var<int> slots[capacity];

    void before()
    {
        written($) = 0;
        given_back($) = 0;
    }

    void thread(unsigned index)
    {
        if (index == 0)
            produce();
        else
            consume();
    }

    void produce()
    {
        for (int position = 0; position < items; position++)
        {
            // Acquire: the slot is filled after the consumer's last use of it.
            rl::linear_backoff backoff;
            while (position - given_back.load(rl::memory_order_acquire) == capacity)
                backoff.yield($);
            slots[position % capacity]($) = position;
            written.store(position + 1, PUBLISH);
        }
    }

    void consume()
    {
        for (int position = 0; position < items; position++)
        {
            // Acquire: the slot is read after the producer filled it.
            rl::linear_backoff backoff;
            while (written.load(rl::memory_order_acquire) == position)
                backoff.yield($);
            RL_ASSERT(slots[position % capacity]($) == position);
            given_back.store(position + 1, rl::memory_order_release);
        }
    }
};

int main()
{
    rl::test_params parameters;
    parameters.iteration_count = 20000;
    return rl::simulate<spsc_ring>(parameters) ? 0 : 1;
}
