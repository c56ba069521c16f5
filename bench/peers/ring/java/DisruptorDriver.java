import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The LMAX Disruptor, one producer and one consumer: answers the requests that cpp/race.h describes. */
public final class DisruptorDriver {
    private static final int CAPACITY = 4096;
    private static final int MOST_AT_ONCE = 256;

    private static final ExecutorService FIRST = Executors.newSingleThreadExecutor();
    private static final ExecutorService SECOND = Executors.newSingleThreadExecutor();

    /** Fields of 64 bytes; one of 8 uses the number only. */
    static class Event {
        long number;
    }

    static final class LargeEvent extends Event {
        long price, quantity, owner, market, flags, arrival, check;
    }

    public static void main(String[] args) throws Exception {
        FIRST.submit(pin(0)).get();
        SECOND.submit(pin(1)).get();
        var requests = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = requests.readLine()) != null;) {
            String[] words = line.split(" ");
            boolean large = words[1].equals("64");
            int count = Integer.parseInt(words[2]);
            System.out.println(switch (words[0]) {
                case "single" -> oneWay(large, 1, count);
                case "batch" -> oneWay(large, MOST_AT_ONCE, count);
                default -> roundTrip(large, count);
            });
        }
        FIRST.shutdown();
        SECOND.shutdown();
    }

    /** Spins; and yields now and then, as the other thread may wait for this core. */
    private static void waitOnce(int spins) {
        if (spins % 1024 == 0)
            Thread.yield();
        else
            Thread.onSpinWait();
    }

    private static final class ShortWait implements WaitStrategy {
        @Override
        public long waitFor(long sequence, Sequence cursor, Sequence dependent, SequenceBarrier barrier)
                throws AlertException {
            long available;
            for (int spins = 1; (available = dependent.get()) < sequence; spins++) {
                barrier.checkAlert();
                waitOnce(spins);
            }
            return available;
        }

        @Override
        public void signalAllWhenBlocking() {
        }
    }

    /** Java cannot pin a thread; the tool of the system can, by the thread's number. */
    private static Callable<Void> pin(int core) {
        return () -> {
            String thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
            new ProcessBuilder("taskset", "-pc", Integer.toString(core), thread)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
            return null;
        };
    }

    private static RingBuffer<Event> newRing(boolean large) {
        return RingBuffer.createSingleProducer(large ? LargeEvent::new : Event::new, CAPACITY, new ShortWait());
    }

    private static String oneWay(boolean large, int atOnce, long items) throws Exception {
        RingBuffer<Event> ring = newRing(large);
        var consumer = new Consumer(items);
        var processor = new BatchEventProcessor<Event>(ring, ring.newBarrier(), consumer);
        consumer.processor = processor;
        ring.addGatingSequences(processor.getSequence());
        double seconds = run(() -> {
            produce(ring, large, atOnce, items);
            return null;
        }, () -> {
            processor.run();
            return null;
        });
        return String.format("%.0f", items / seconds);
    }

    private static void produce(RingBuffer<Event> ring, boolean large, int atOnce, long items) {
        for (long next = 0; next < items;) {
            int count = (int) Math.min(atOnce, items - next);
            // Asked for first: a claim that finds no room would put the thread to sleep.
            for (int spins = 1; !ring.hasAvailableCapacity(count); spins++)
                waitOnce(spins);
            long last = ring.next(count);
            for (long sequence = last - count + 1; sequence <= last; sequence++)
                fill(ring.get(sequence), large, next++);
            ring.publish(last - count + 1, last);
        }
    }

    private static void fill(Event event, boolean large, long number) {
        event.number = number;
        if (!large)
            return;
        var all = (LargeEvent) event;
        all.price = 1;
        all.quantity = 2;
        all.owner = 3;
        all.market = 4;
        all.flags = 5;
        all.arrival = 6;
        all.check = ~number;
    }

    private static final class Consumer implements EventHandler<Event> {
        private final long items;
        private long next;
        private BatchEventProcessor<Event> processor;

        Consumer(long items) {
            this.items = items;
        }

        @Override
        public void onEvent(Event event, long sequence, boolean endOfBatch) {
            expect(event.number, next++);
            if (next == items)
                processor.halt();
        }
    }

    private static String roundTrip(boolean large, int trips) throws Exception {
        RingBuffer<Event> there = newRing(large);
        RingBuffer<Event> back = newRing(large);
        var readThere = new Sequence();
        var readBack = new Sequence();
        there.addGatingSequences(readThere);
        back.addGatingSequences(readBack);
        long[] nanos = new long[trips];
        double seconds = run(() -> {
            SequenceBarrier barrier = there.newBarrier();
            for (int trip = 0; trip < trips; trip++) {
                receive(there, barrier, readThere, trip);
                send(back, large, trip);
            }
            return null;
        }, () -> {
            SequenceBarrier barrier = back.newBarrier();
            long before = System.nanoTime();
            for (int trip = 0; trip < trips; trip++) {
                send(there, large, trip);
                // From one departure to the next: the clock is read while the item is under way.
                long now = System.nanoTime();
                nanos[trip] = now - before;
                before = now;
                receive(back, barrier, readBack, trip);
            }
            return null;
        });
        Arrays.sort(nanos);
        return String.format("%.1f %d %d", seconds * 1e9 / trips, nanos[trips / 2], nanos[(int) (trips * 99L / 100)]);
    }

    private static void send(RingBuffer<Event> ring, boolean large, long number) {
        long sequence = ring.next();
        fill(ring.get(sequence), large, number);
        ring.publish(sequence);
    }

    private static void receive(RingBuffer<Event> ring, SequenceBarrier barrier, Sequence read, long number)
            throws Exception {
        barrier.waitFor(number);
        expect(ring.get(number).number, number);
        read.set(number);
    }

    private static void expect(long number, long due) {
        if (number != due) {
            System.err.println("item " + number + " came where " + due + " was due");
            System.exit(1);
        }
    }

    /** Runs both from a common start; returns the seconds that the second one took. */
    private static double run(Callable<Void> first, Callable<Void> second) throws Exception {
        var start = new CyclicBarrier(2);
        Future<Void> other = FIRST.submit(() -> {
            start.await();
            return first.call();
        });
        Future<Double> timed = SECOND.submit(() -> {
            start.await();
            long begin = System.nanoTime();
            second.call();
            return (System.nanoTime() - begin) / 1e9;
        });
        other.get();
        return timed.get();
    }
}
