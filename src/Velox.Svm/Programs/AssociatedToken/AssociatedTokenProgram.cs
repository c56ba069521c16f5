using System.Buffers.Binary;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>
/// The associated token account program in C#, at its id: one token account per wallet and mint, at a derived address.
/// </summary>
/// <remarks>
/// Source of the rules: solana-program/associated-token-account, program/src/processor.rs. Units are a flat price. Accounts of
/// Token-2022 are made too, where that program is.
/// </remarks>
public sealed class AssociatedTokenProgram : INativeProgram
{
    /// <summary>AssociatedTokenAccountError::InvalidOwner.</summary>
    internal static readonly InstructionError InvalidOwner = InstructionError.Custom(0);

    /// <summary>ExtensionType::ImmutableOwner of Token-2022.</summary>
    private const byte ImmutableOwnerExtension = 7;

    public Address Id => ProgramIds.AssociatedToken;

    public ulong ComputeUnits => 5_000;

    /// <summary>The address of a wallet's account for a mint of SPL Token.</summary>
    public static Address AddressOf(Address wallet, Address mint) => AddressOf(wallet, mint, ProgramIds.Token);

    /// <summary>The address of a wallet's account for a mint of any token program.</summary>
    public static Address AddressOf(Address wallet, Address mint, Address tokenProgram)
    {
        ReadOnlySpan<byte[]> seeds = [wallet.Span.ToArray(), tokenProgram.Span.ToArray(), mint.Span.ToArray()];
        return ProgramDerivedAddress.Find(seeds, ProgramIds.AssociatedToken, out _);
    }

    public InstructionError Execute(InvokeContext context) => context.Data switch
    {
        [] or [(byte)AssociatedTokenInstructionTag.Create] => Create(context, isIdempotent: false),
        [(byte)AssociatedTokenInstructionTag.CreateIdempotent] => Create(context, isIdempotent: true),
        [(byte)AssociatedTokenInstructionTag.RecoverNested] => NestedTokenRecovery.Run(context),
        _ => InstructionErrorKind.InvalidInstructionData,
    };

    private static InstructionError Create(InvokeContext context, bool isIdempotent)
    {
        context.Log(isIdempotent ? "CreateIdempotent" : "Create");
        InstructionError error = context.RequireAccounts(6);
        if (error.IsError)
            return error;
        Address payer = context.Account(0).Address;
        AccountHandle account = context.Account(1);
        Address wallet = context.Account(2).Address;
        AccountHandle mint = context.Account(3);
        Address tokenProgram = context.Account(5).Address;
        if (account.Address != AddressOf(wallet, mint.Address, tokenProgram))
        {
            context.Log("Error: Associated address does not match seed derivation");
            return InstructionErrorKind.InvalidSeeds;
        }

        if (isIdempotent && account.Owner == tokenProgram
            && !ExtendedState.TryReadAccount(account.Data, out TokenAccount existing).IsError)
        {
            if (existing.Owner != wallet)
            {
                context.Log("Associated token account owner does not match address derivation");
                return InvalidOwner;
            }

            return existing.Mint == mint.Address ? InstructionError.None : InstructionErrorKind.InvalidAccountData;
        }

        if (account.Owner != ProgramIds.System)
            return InstructionErrorKind.IllegalOwner;

        if (!IsTokenProgram(tokenProgram))
            return InstructionErrorKind.IncorrectProgramId;
        error = AskSize(context, mint.Address, tokenProgram, out ulong size);
        if (!error.IsError)
            error = Allocate(context, payer, account, size, tokenProgram);
        if (error.IsError)
            return error;
        context.Log("Initialize the associated token account");
        error = context.Invoke(TokenInstructions.InitializeImmutableOwner(account.Address).To(tokenProgram));
        return error.IsError
            ? error
            : context.Invoke(TokenInstructions.InitializeAccount3(account.Address, mint.Address, wallet).To(tokenProgram));
    }

    /// <summary>Whether that program's instructions can be made: SPL Token or Token-2022.</summary>
    internal static bool IsTokenProgram(Address program) => program == ProgramIds.Token || program == ProgramIds.Token2022;

    /// <summary>The token program answers how long an account must be whose owner stays.</summary>
    private static InstructionError AskSize(InvokeContext context, Address mint, Address tokenProgram, out ulong size)
    {
        size = 0;
        byte[] question = [(byte)TokenInstructionTag.GetAccountDataSize, ImmutableOwnerExtension, 0];
        InstructionError error = context.Invoke(new Instruction(tokenProgram, new[] { AccountMeta.Readonly(mint) }, question));
        if (error.IsError)
            return error;
        if (context.ReturnBytes.Length != sizeof(ulong))
            return InstructionErrorKind.InvalidInstructionData;
        if (context.ReturnProgram != tokenProgram)
            return InstructionErrorKind.IncorrectProgramId;
        size = BinaryPrimitives.ReadUInt64LittleEndian(context.ReturnBytes);
        return InstructionError.None;
    }

    /// <summary>Creates the account, also when somebody has sent lamports to its address before.</summary>
    private static InstructionError Allocate(
        InvokeContext context, Address payer, AccountHandle account, ulong size, Address tokenProgram)
    {
        Address address = account.Address;
        ulong rent = Rent.MinimumBalance((int)size);
        if (account.Lamports == 0)
            return context.Invoke(SystemInstructions.CreateAccount(payer, address, rent, size, tokenProgram), address);

        InstructionError error = InstructionError.None;
        if (account.Lamports < rent)
            error = context.Invoke(SystemInstructions.Transfer(payer, address, rent - account.Lamports));
        if (!error.IsError)
            error = context.Invoke(SystemInstructions.Allocate(address, size), address);
        return error.IsError ? error : context.Invoke(SystemInstructions.Assign(address, tokenProgram), address);
    }
}
