// The other process of the shared ring's tests. Arguments: path, capacity, "write" or "read", first number, number of items.
// A writer writes numbered items, says so, and stays until its input ends. A reader says every number that it reads.
using System.Globalization;
using Velox.Primitives;

int capacity = int.Parse(args[1], CultureInfo.InvariantCulture);
long first = long.Parse(args[3], CultureInfo.InvariantCulture);
long items = long.Parse(args[4], CultureInfo.InvariantCulture);
if (args[2] == "write")
    Write();
else
    Read();

void Write()
{
    using var producer = new SharedRingProducer<long>(args[0], capacity);
    Console.WriteLine("open");
    for (long item = first; item < first + items; item++)
    {
        while (!producer.TryWrite(in item))
            Thread.Yield();
    }

    Console.WriteLine("written");
    Console.In.ReadToEnd();
}

void Read()
{
    using var consumer = new SharedRingConsumer<long>(args[0], capacity);
    Console.WriteLine("open");
    for (long read = 0; read < items; read++)
    {
        long item;
        while (!consumer.TryRead(out item))
            Thread.Yield();
        Console.WriteLine(item);
    }
}
