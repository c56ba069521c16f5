using System.Runtime.InteropServices;

namespace Velox.Bpf.Tests;

/// <summary>
/// Stands where a machine enters native code, and lets a guest run ARM64 code instead, on copies of the machine's state and
/// memory.
/// </summary>
/// <remarks>
/// Everything else is as on the real processor: the machine, its runner, the interpreter between two entries, and the functions
/// that native code calls out to. Addresses are translated on the way: the guest has its own.
/// </remarks>
internal sealed unsafe class Arm64Emulator
{
    private const ulong CodeAddress = GuestImage.MemoryAddress;
    private const ulong StateAddress = CodeAddress + (64ul << 20);
    private const ulong CallersAddress = StateAddress + (1ul << 20);
    private const ulong RegionsAddress = CallersAddress + (1ul << 20);
    private const ulong RegionGap = 4096;

    private static readonly Lock Gate = new();
    private static readonly string? Emulator = RequiredTool.Find("qemu-aarch64", "qemu-aarch64-static");
    private static Arm64Guest? SharedGuest;
    private static NativeProgram? Loaded;

    [ThreadStatic]
    private static ulong CountedUnits;

    private readonly Arm64Guest _guest;
    private readonly VirtualMachine _machine;
    private readonly VmState* _state;
    private readonly ulong _code;
    private readonly ulong _codeBytes;
    private readonly bool _hasHostFrame;

    /// <summary>The state as the guest has it.</summary>
    private VmState _copy;

    private Arm64Emulator(Arm64Guest guest, VmState* state, VirtualMachine machine)
    {
        _guest = guest;
        _state = state;
        _machine = machine;
        NativeProgram native = machine.Program!.Native!;
        fixed (byte* code = native.Code)
            _code = (ulong)code;
        _codeBytes = (ulong)native.CodeBytes;
        _hasHostFrame = !machine.Program.Dialect.MovesFramePointer;
        if (Loaded == native)
            return;
        guest.Write(CodeAddress, native.Code);
        Loaded = native;
    }

    /// <summary>Instructions, and what host functions took, that this thread's programs have used in the guest.</summary>
    internal static ulong UsedUnits => CountedUnits;

    /// <summary>Gives a program code for ARM64 that runs in a guest; skips the test where there is none.</summary>
    internal static void Prepare(BpfProgram program, VmOptions options)
    {
        Assert.SkipUnless(NativeProgram.IsSupported, "This machine does not run native code: it needs Linux on x86-64 or ARM64.");
        FindEmulator();
        NativeProgram? native = NativeProgram.TryCompileFor(NativeTarget.Arm64, program, options.AllowsFrameGaps, &Enter);
        program.TryInstall(native ?? throw new InvalidOperationException("The program was not compiled."));
    }

    /// <summary>A guest of its own; skips the test where there is no emulator.</summary>
    internal static Arm64Guest StartGuest() => new(FindEmulator());

    private static string FindEmulator()
    {
        if (Emulator is null)
            RequiredTool.Miss("qemu-aarch64 is not installed: apt-get install qemu-user.");
        return Emulator!;
    }

    /// <summary>No exception may leave: what goes wrong here is the run's result.</summary>
    [UnmanagedCallersOnly]
    private static int Enter(VmState* state)
    {
        var machine = (VirtualMachine)GCHandle.FromIntPtr(state->Native.Machine).Target!;
        lock (Gate)
        {
            try
            {
                SharedGuest ??= new Arm64Guest(Emulator!);
                return new Arm64Emulator(SharedGuest, state, machine).Run();
            }
            catch (Exception exception)
            {
                // The guest is in the midst of something.
                SharedGuest?.Dispose();
                (SharedGuest, Loaded) = (null, null);
                machine.HostError = exception;
                state->Error = VmError.HostFunctionFailed;
                return (int)NativeStatus.EndedByHost;
            }
        }
    }

    private int Run()
    {
        ulong units = _state->RemainingUnits;
        SendCallers();
        SendState();
        SendMemory();
        int status = (int)_guest.Call(CodeAddress, StateAddress, CallOut);
        ReceiveState();
        ReceiveMemory();
        if (status != (int)NativeStatus.Ended)
            ReceiveCallers();
        CountedUnits += units - _state->RemainingUnits;
        return status;
    }

    /// <summary>What the guest calls is done by the real function, on the real state and memory.</summary>
    private ulong CallOut(int kind, ulong argument1, ulong argument2)
    {
        ReceiveState();
        ReceiveMemory();
        ulong result = kind switch
        {
            1 => (ulong)((delegate* unmanaged<VmState*, int, int>)_state->Native.CallHost)(_state, (int)argument1),
            2 => ToGuest((ulong)((delegate* unmanaged<VmState*, ulong, int, byte*>)_state->Native.Translate)(_state, argument1, (int)argument2)),
            _ => (ulong)((delegate* unmanaged<VmState*, int, int>)_state->Native.RunInstruction)(_state, (int)argument1),
        };
        SendState();
        SendMemory();
        return result;
    }

    private void SendState()
    {
        ulong stackPointer = _copy.Native.StackPointer;
        Span<ulong> spill = stackalloc ulong[8];
        fixed (ulong* place = _copy.Native.Spill)
        {
            new ReadOnlySpan<ulong>(place, 8).CopyTo(spill);
            _copy = *_state;
            spill.CopyTo(new Span<ulong>(place, 8)); // these two are the guest's own
        }

        _copy.Native.StackPointer = stackPointer;
        _copy.Native.ResumeAddress = CodeToGuest(_state->Native.ResumeAddress);
        _copy.Native.CallerWords = (ulong*)CallersAddress;
        if (_hasHostFrame)
        {
            _copy.Registers[10] = ToGuest(_state->Registers[10]);
            _copy.Native.StackHost = ToGuest(_state->Native.StackHost);
            _copy.Native.FrameLimit = ToGuest(_state->Native.FrameLimit);
            _copy.Native.LastFrame = ToGuest(_state->Native.LastFrame);
        }

        _copy.Native.CallHost = (void*)_guest.CallOuts[0];
        _copy.Native.Translate = (void*)_guest.CallOuts[1];
        _copy.Native.RunInstruction = (void*)_guest.CallOuts[2];
        fixed (void* windows = &_copy.Windows)
        {
            for (int i = 0; i < MemoryMap.Segments; i++)
            {
                MemoryWindow* window = (MemoryWindow*)windows + i;
                window->Host = (byte*)ToGuest((ulong)window->Host);
                window->Distance = (ulong)window->Host - window->Start;
            }
        }

        fixed (VmState* copy = &_copy)
            _guest.Write(StateAddress, new ReadOnlySpan<byte>(copy, sizeof(VmState)));
    }

    private void ReceiveState()
    {
        fixed (VmState* copy = &_copy)
            _guest.Read(StateAddress, new Span<byte>(copy, sizeof(VmState)));
        for (int i = 0; i < 11; i++)
            _state->Registers[i] = i == 10 && _hasHostFrame ? ToHost(_copy.Registers[i]) : _copy.Registers[i];
        if (_hasHostFrame)
            _state->Native.FrameLimit = ToHost(_copy.Native.FrameLimit);
        _state->RemainingUnits = _copy.RemainingUnits;
        _state->InstructionIndex = _copy.InstructionIndex;
        _state->CallDepth = _copy.CallDepth;
        _state->Native.CallerWordCount = _copy.Native.CallerWordCount;
    }

    private void SendCallers()
    {
        var words = new Span<ulong>(_state->Native.CallerWords, (int)_state->Native.CallerWordCount);
        ulong[] copies = words.ToArray();
        foreach (ref ulong word in copies.AsSpan())
            word = CodeToGuest(word);
        _guest.Write(CallersAddress, MemoryMarshal.AsBytes<ulong>(copies));
    }

    private void ReceiveCallers()
    {
        var words = new Span<ulong>(_state->Native.CallerWords, (int)_state->Native.CallerWordCount / sizeof(ulong));
        _guest.Read(CallersAddress, MemoryMarshal.AsBytes(words));
        foreach (ref ulong word in words)
            word = word - CodeAddress < _codeBytes ? word - CodeAddress + _code : word;
    }

    private void SendMemory()
    {
        ulong address = RegionsAddress;
        foreach (ref readonly MemoryRegion region in _machine.Memory.Regions)
        {
            (ulong start, ulong bytes) = Used(in region);
            _guest.Write(address + start, new ReadOnlySpan<byte>(region.Host + start, (int)bytes));
            address += region.Bytes + RegionGap;
        }
    }

    private void ReceiveMemory()
    {
        ulong address = RegionsAddress;
        foreach (ref readonly MemoryRegion region in _machine.Memory.Regions)
        {
            (ulong start, ulong bytes) = Used(in region);
            if (region.IsWritable)
                _guest.Read(address + start, new Span<byte>(region.Host + start, (int)bytes));
            address += region.Bytes + RegionGap;
        }
    }

    /// <summary>The part of a region that native code can reach: of the stack all, where it notes its frames when it ends.</summary>
    private (ulong Start, ulong Bytes) Used(in MemoryRegion region) =>
        region.IsScratch && !(_hasHostFrame && region.Address == MemoryMap.StackAddress)
            ? (region.TouchedStart, region.TouchedEnd - region.TouchedStart)
            : (0ul, region.Bytes);

    /// <summary>The host's code is nowhere near what a register of a program may hold.</summary>
    private ulong CodeToGuest(ulong word) => word - _code < _codeBytes ? word - _code + CodeAddress : word;

    /// <summary>A pointer into a region, or to its end; null stays null.</summary>
    private ulong ToGuest(ulong host)
    {
        ulong address = RegionsAddress;
        foreach (ref readonly MemoryRegion region in _machine.Memory.Regions)
        {
            if (host - (ulong)region.Host <= region.Bytes)
                return address + (host - (ulong)region.Host);
            address += region.Bytes + RegionGap;
        }

        return host == 0 ? 0ul : throw new InvalidOperationException($"The host's address 0x{host:x} is in no region.");
    }

    private ulong ToHost(ulong guest)
    {
        ulong address = RegionsAddress;
        foreach (ref readonly MemoryRegion region in _machine.Memory.Regions)
        {
            if (guest - address <= region.Bytes)
                return (ulong)region.Host + (guest - address);
            address += region.Bytes + RegionGap;
        }

        throw new InvalidOperationException($"The guest's address 0x{guest:x} is in no region.");
    }
}
