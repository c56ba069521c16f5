using System.Buffers.Binary;
using Velox.Bpf;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>sol_invoke_signed_c and sol_invoke_signed_rust: a program calls another one (Agave program-runtime, cpi.rs).</summary>
/// <remarks>
/// Both read their arguments in a form of their own (<see cref="ICallForm"/>) and are one from there on. The order of steps and
/// prices is part of the rule.
/// </remarks>
internal static class CallSyscalls
{
    /// <summary>Most derived addresses that a call signs for.</summary>
    internal const int MaxSigners = 16;

    private const int SliceBytes = 16;
    private const int MaxDataBytes = 10 * 1024;
    private const ulong MetaPriceBytes = 34;
    private const ulong InfoPriceBytes = 80;

    private static readonly SyscallFault TooManySigners = new("Too many signers");
    private static readonly SyscallFault InvalidPointer = new("Invalid pointer");
    private static readonly SyscallFault SeedTooLong =
        new("Could not create program address with signer seeds: Length of the seed is too long for address generation");

    private static readonly SyscallFault InvalidSeeds =
        new("Could not create program address with signer seeds: Provided seeds do not result in a valid address");

    internal static ulong InvokeC(HostCall call) => Invoke<CallFormC>(in call);

    internal static ulong InvokeRust(HostCall call) => Invoke<CallFormRust>(in call);

    /// <summary>Takes the price of an instruction's translation, once its sizes are known.</summary>
    internal static bool TryConsumeInstruction(scoped in HostCall call, ulong accountCount, ulong dataLength)
    {
        if (accountCount > InstructionFrame.MaxAccounts)
        {
            call.Fail(new SyscallFault(
                $"Invoked an instruction with too many accounts ({accountCount} > {InstructionFrame.MaxAccounts})"));
            return false;
        }

        if (dataLength > MaxDataBytes)
        {
            call.Fail(new SyscallFault(
                $"Invoked an instruction with data that is too large ({dataLength} > {MaxDataBytes})"));
            return false;
        }

        return call.TryConsume(
            (dataLength / SyscallCost.BytesPerUnit) + (accountCount * MetaPriceBytes / SyscallCost.BytesPerUnit));
    }

    private static ulong Invoke<TForm>(scoped in HostCall call)
        where TForm : struct, ICallForm
    {
        InvokeContext context = call.Svm();
        if (!call.TryConsume(SyscallCost.Invoke))
            return 0;
        InstructionFrame frame = context.NextFrame;
        if (!TForm.TryReadInstruction(in call, frame, out CallMetas metas))
            return 0;
        Span<Address> signers = stackalloc Address[MaxSigners];
        if (!TryReadSigners(in call, signers, out int signerCount) || !CheckCallable(in call, frame))
            return 0;
        InstructionError error = Prepare<TForm>(in call, context, frame, metas, signers[..signerCount]);
        if (error.IsError)
            return call.Fail(error);
        CallerAccountList accounts = context.Bpf.CurrentCallerAccounts;
        if (!TryTranslateAccounts<TForm>(in call, context, frame, accounts))
            return 0;
        return Run(in call, context, accounts);
    }

    private static InstructionError Prepare<TForm>(
        scoped in HostCall call, InvokeContext context, InstructionFrame frame, CallMetas metas, ReadOnlySpan<Address> signers)
        where TForm : struct, ICallForm
    {
        for (int i = 0; i < metas.Count; i++)
        {
            TForm.ReadMeta(in call, metas, i, out Address address, out bool isSigner, out bool isWritable);
            InstructionError error = context.AddCallAccount(frame, address, isSigner, isWritable);
            if (error.IsError)
                return error;
        }

        return context.PrepareCall(frame, signers);
    }

    private static ulong Run(scoped in HostCall call, InvokeContext context, CallerAccountList accounts)
    {
        if (context.Features.SyscallParameterAddressRestrictions && !accounts.TryUpdateCallees(in call, context))
            return 0;
        context.RemainingUnits = call.RemainingUnits;
        InstructionError error = context.RunCall();
        call.SetRemainingUnits(context.RemainingUnits);
        if (error.IsError)
            return call.Fail(error);
        accounts.TryUpdateCallers(in call, context);
        return 0;
    }

    private static bool TryReadSigners(scoped in HostCall call, Span<Address> signers, out int count)
    {
        count = 0;
        if (!call.TryReadMany(call.Argument4, call.Argument5, SliceBytes, sizeof(ulong), out ReadOnlySpan<byte> slices))
            return false;
        if (call.Argument5 > MaxSigners)
        {
            call.Fail(TooManySigners);
            return false;
        }

        Address program = call.Svm().ProgramId;
        for (int i = 0; i < slices.Length; i += SliceBytes)
        {
            if (!TryReadSeeds(in call, slices[i..], out AddressSeeds seeds))
                return false;
            if (!ProgramDerivedAddress.TryCreate(in seeds, program, out signers[count++]))
            {
                call.Fail(InvalidSeeds);
                return false;
            }
        }

        return true;
    }

    private static bool TryReadSeeds(scoped in HostCall call, ReadOnlySpan<byte> slice, out AddressSeeds seeds)
    {
        seeds = default;
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(slice[sizeof(ulong)..]);
        if (!call.TryReadMany(
            BinaryPrimitives.ReadUInt64LittleEndian(slice), count, SliceBytes, sizeof(ulong), out ReadOnlySpan<byte> slices))
        {
            return false;
        }

        if (count > AddressSeeds.MaxCount)
        {
            call.FailWith(InstructionErrorKind.MaxSeedLengthExceeded);
            return false;
        }

        bool fits = true;
        for (int i = 0; i < slices.Length; i += SliceBytes)
        {
            if (!LogSyscalls.TryReadSlice(in call, slices[i..], out ReadOnlySpan<byte> seed))
                return false;
            fits = fits && seeds.TryAdd(seed);
        }

        if (!fits)
            call.Fail(SeedTooLong);
        return fits;
    }

    /// <summary>Loaders and precompiles are not called, but for what the upgradeable loader lets programs do to programs.</summary>
    private static bool CheckCallable(scoped in HostCall call, InstructionFrame frame)
    {
        Address program = frame.ProgramId;
        bool isRefused = program == ProgramIds.NativeLoader || program == ProgramIds.BpfLoader
            || program == ProgramIds.BpfLoaderDeprecated || Precompile.Find(program) is not null
            || (program == ProgramIds.BpfLoaderUpgradeable && !IsCallableLoaderInstruction(in call, frame.Data.Span));
        if (isRefused)
            call.Fail(new SyscallFault($"Program {program} not supported by inner instructions"));
        return !isRefused;
    }

    private static bool IsCallableLoaderInstruction(scoped in HostCall call, ReadOnlySpan<byte> data)
    {
        const byte Upgrade = 3, SetAuthority = 4, Close = 5, SetAuthorityChecked = 7;
        return !data.IsEmpty && (data[0] is Upgrade or SetAuthority or Close
            || (data[0] == SetAuthorityChecked && call.Svm().Features.EnableBpfLoaderSetAuthorityCheckedIx));
    }

    private static bool TryTranslateAccounts<TForm>(
        scoped in HostCall call, InvokeContext context, InstructionFrame frame, CallerAccountList accounts)
        where TForm : struct, ICallForm
    {
        (ulong address, ulong count) = (call.Argument2, call.Argument3);
        bool isRestricted = context.Features.SyscallParameterAddressRestrictions;
        if (isRestricted && EndOf(address, count, TForm.InfoBytes) >= MemoryMap.InputAddress)
        {
            call.Fail(InvalidPointer);
            return false;
        }

        if (!call.TryReadMany(address, count, TForm.InfoBytes, sizeof(ulong), out ReadOnlySpan<byte> infos))
            return false;
        if (count > CallerAccountList.MaxInfos)
        {
            call.Fail(new SyscallFault(
                $"Invoked an instruction with too many account info's ({count} > {CallerAccountList.MaxInfos})"));
            return false;
        }

        return call.TryConsume(count * InfoPriceBytes / SyscallCost.BytesPerUnit)
            && accounts.TryTranslate<TForm>(in call, context, frame, infos, address);
    }

    private static ulong EndOf(ulong address, ulong count, int elementBytes)
    {
        ulong bytes = Math.BigMul(count, (ulong)elementBytes, out ulong low) == 0 ? low : ulong.MaxValue;
        return bytes > ulong.MaxValue - address ? ulong.MaxValue : address + bytes;
    }
}
