// The other process of the shared ring's tests: writes numbered items, says so, and stays until its input ends.
// Arguments: path, capacity, number of items.
using System.Globalization;
using Velox.Primitives;

int capacity = int.Parse(args[1], CultureInfo.InvariantCulture);
long items = long.Parse(args[2], CultureInfo.InvariantCulture);
using var producer = new SharedRingProducer<long>(args[0], capacity);
Console.WriteLine("open");
for (long item = 0; item < items; item++)
{
    while (!producer.TryWrite(in item))
        Thread.Yield();
}

Console.WriteLine("written");
Console.In.ReadToEnd();
