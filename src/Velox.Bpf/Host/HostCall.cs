namespace Velox.Bpf;

/// <summary>One call from a program into the host: arguments, memory and meter.</summary>
/// <remarks>
/// Costs no allocation. Memory comes as spans that were checked against the program's regions; they are valid until the
/// call returns. After a failing method the body returns at once: the program has ended.
/// </remarks>
public readonly unsafe ref struct HostCall
{
    private readonly VirtualMachine _machine;

    internal HostCall(VirtualMachine machine) => _machine = machine;

    public ulong Argument1 => _machine.State->Registers[1];

    public ulong Argument2 => _machine.State->Registers[2];

    public ulong Argument3 => _machine.State->Registers[3];

    public ulong Argument4 => _machine.State->Registers[4];

    public ulong Argument5 => _machine.State->Registers[5];

    /// <summary>What <see cref="VirtualMachine.Context"/> was set to.</summary>
    public object? Context => _machine.Context;

    /// <summary>The machine that the program runs in.</summary>
    public VirtualMachine Machine => _machine;

    /// <summary>Units left, exact at this call.</summary>
    public ulong RemainingUnits => _machine.State->RemainingUnits;

    /// <summary>Takes units; false, with none left and the program ended, when there are fewer.</summary>
    public bool TryConsume(ulong units)
    {
        if (_machine.State->RemainingUnits >= units)
        {
            _machine.State->RemainingUnits -= units;
            return true;
        }

        _machine.State->RemainingUnits = 0;
        _machine.State->Error = VmError.BudgetExceeded;
        _machine.EndedInHost = true;
        return false;
    }

    /// <summary>Says how many units are left, for a function that runs other programs on the same meter.</summary>
    public void SetRemainingUnits(ulong units) => _machine.State->RemainingUnits = units;

    /// <summary>Memory to read; false, with the program ended, when any byte of it may not be.</summary>
    public bool TryRead(ulong address, ulong length, out ReadOnlySpan<byte> memory)
    {
        bool isMapped = TrySpan(address, length, isStore: false, out Span<byte> span);
        memory = span;
        return isMapped;
    }

    /// <summary>Memory to write; false, with the program ended, when any byte of it may not be.</summary>
    public bool TryWrite(ulong address, ulong length, out Span<byte> memory) =>
        TrySpan(address, length, isStore: true, out memory);

    /// <summary>Ends the program with an error of the host's own.</summary>
    /// <param name="error">Anything that tells what happened; see <see cref="VirtualMachine.HostError"/>.</param>
    /// <returns>0, to be returned.</returns>
    public ulong Fail(object error)
    {
        _machine.HostError = error;
        _machine.State->Error = VmError.HostFunctionFailed;
        _machine.EndedInHost = true;
        return 0;
    }

    /// <summary>Ends the program successfully.</summary>
    /// <param name="result">Its result.</param>
    /// <returns>The result, to be returned.</returns>
    public ulong EndProgram(ulong result)
    {
        _machine.State->Error = VmError.EndedByHost;
        return result;
    }

    private bool TrySpan(ulong address, ulong length, bool isStore, out Span<byte> memory)
    {
        memory = default;
        if (length == 0)
            return true;
        byte* host = length <= int.MaxValue ? _machine.Memory.Translate(address, length, isStore) : null;
        if (host == null)
        {
            _machine.State->Fault(address, length, isStore);
            _machine.EndedInHost = true;
            return false;
        }

        memory = new Span<byte>(host, (int)length);
        return true;
    }
}
