using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>
/// The associated token account program in C#, at its id: one token account per wallet and mint, at a derived address.
/// </summary>
/// <remarks>
/// Source of the rules: solana-program/associated-token-account, program/src/processor.rs. Units are a flat price.
/// </remarks>
public sealed class AssociatedTokenProgram : INativeProgram
{
    /// <summary>AssociatedTokenAccountError::InvalidOwner.</summary>
    internal static readonly InstructionError InvalidOwner = InstructionError.Custom(0);

    public Address Id => ProgramIds.AssociatedToken;

    public ulong ComputeUnits => 5_000;

    /// <summary>The address of a wallet's account for a mint.</summary>
    public static Address AddressOf(Address wallet, Address mint)
    {
        ReadOnlySpan<byte[]> seeds = [wallet.Span.ToArray(), ProgramIds.Token.Span.ToArray(), mint.Span.ToArray()];
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
        if (context.Account(5).Address != ProgramIds.Token)
            return InstructionErrorKind.IncorrectProgramId;
        if (account.Address != AddressOf(wallet, mint.Address))
        {
            context.Log("Error: Associated address does not match seed derivation");
            return InstructionErrorKind.InvalidSeeds;
        }

        if (isIdempotent && account.Owner == ProgramIds.Token
            && !TokenAccount.TryRead(account.Data, out TokenAccount existing).IsError)
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

        error = context.Invoke(TokenInstructions.GetAccountDataSize(mint.Address));
        if (!error.IsError)
            error = Allocate(context, payer, account);
        if (error.IsError)
            return error;
        context.Log("Initialize the associated token account");
        error = context.Invoke(TokenInstructions.InitializeImmutableOwner(account.Address));
        return error.IsError
            ? error
            : context.Invoke(TokenInstructions.InitializeAccount3(account.Address, mint.Address, wallet));
    }

    /// <summary>Creates the account, also when somebody has sent lamports to its address before.</summary>
    private static InstructionError Allocate(InvokeContext context, Address payer, AccountHandle account)
    {
        Address address = account.Address;
        ulong rent = Rent.MinimumBalance(TokenAccount.Size);
        if (account.Lamports == 0)
        {
            return context.Invoke(
                SystemInstructions.CreateAccount(payer, address, rent, TokenAccount.Size, ProgramIds.Token), address);
        }

        InstructionError error = InstructionError.None;
        if (account.Lamports < rent)
            error = context.Invoke(SystemInstructions.Transfer(payer, address, rent - account.Lamports));
        if (!error.IsError)
            error = context.Invoke(SystemInstructions.Allocate(address, TokenAccount.Size), address);
        return error.IsError ? error : context.Invoke(SystemInstructions.Assign(address, ProgramIds.Token), address);
    }
}
