namespace Velox.Bpf;

/// <summary>Asked before each instruction whether the interpreter is to stop there; compiled into its loop.</summary>
internal interface IPausePolicy
{
    bool IsBefore(int index);
}

/// <summary>Pauses where native code can be entered, but not before the first instruction: that one it gave back.</summary>
internal struct PauseAtEntry(NativeProgram native) : IPausePolicy
{
    private bool _hasStarted;

    public bool IsBefore(int index)
    {
        bool pauses = _hasStarted && native.HasEntry(index);
        _hasStarted = true;
        return pauses;
    }
}

/// <summary>Pauses after a number of instructions.</summary>
internal struct PauseAfter(long count) : IPausePolicy
{
    private long _left = count;

    public bool IsBefore(int index) => --_left < 0;
}
