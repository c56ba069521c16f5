namespace Velox.ModelChecking;

/// <summary>The right to run, given by one thread to another.</summary>
internal sealed class Turn
{
    private readonly object _monitor = new();
    private bool _isGiven;

    internal void Give()
    {
        lock (_monitor)
        {
            _isGiven = true;
            Monitor.Pulse(_monitor);
        }
    }

    internal void Await()
    {
        lock (_monitor)
        {
            while (!_isGiven)
                Monitor.Wait(_monitor);
            _isGiven = false;
        }
    }
}
