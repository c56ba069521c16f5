using Velox.Gateway;

namespace Velox.Cli;

/// <summary>So many messages of a synthetic flow, without its clock: they wait for room.</summary>
internal sealed class PatientSource : IMessageSource
{
    private const long ForEver = long.MaxValue / 4;

    private readonly SyntheticSource _flow = new(new FlowParameters(), ForEver);
    private int _left;

    internal PatientSource(int count)
    {
        _left = count;
        _flow.NanosToNext(nowNanos: 0); // begins it: all of it is due at the end of time
    }

    public bool WaitsForRoom => true;

    public bool IsExhausted => _left == 0;

    public long InvalidCount => 0;

    public long NanosToNext(long nowNanos) => 0;

    public int Take(Span<PipelineMessage> slots, long nowNanos)
    {
        int taken = _flow.Take(slots[..Math.Min(slots.Length, _left)], ForEver);
        _left -= taken;
        return taken;
    }
}
