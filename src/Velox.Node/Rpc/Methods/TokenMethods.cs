using System.Text.Json;
using Velox.Primitives;
using Velox.State;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Token balances, supplies, and the token accounts of a wallet or a mint.</summary>
internal sealed class TokenMethods(RpcContext context)
{
    private const int MaxLargestAccounts = 20;

    private PublishedState State => context.Chain.State;

    internal void AddTo(Dictionary<string, RpcMethod> methods)
    {
        methods.Add("getTokenAccountBalance", GetTokenAccountBalance);
        methods.Add("getTokenSupply", GetTokenSupply);
        methods.Add("getTokenLargestAccounts", GetTokenLargestAccounts);
        methods.Add("getTokenAccountsByOwner", (parameters, writer) => WriteAccountsOf(
            parameters, writer, static (account, wallet) => account.Owner == wallet));
        methods.Add("getTokenAccountsByDelegate", (parameters, writer) => WriteAccountsOf(
            parameters, writer, static (account, wallet) => account.Delegate == wallet));
    }

    private void GetTokenAccountBalance(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Address address = parameters.Address(0, "pubkey");
        context.CheckContext(parameters.Config(1));
        (ulong slot, AccountSnapshot?[] accounts) = State.FindAll([address]);
        if (TokenAccountJson.FindAccount(accounts[0]) is not { } account
            || TokenAccountJson.FindDecimals(State, account.Mint) is not { } decimals)
        {
            throw RpcException.InvalidParams("could not find account: 'pubkey' is not a token account.");
        }

        writer.StartContext(slot);
        writer.WriteAmount(account.Amount, decimals);
        writer.WriteEndObject();
    }

    private void GetTokenSupply(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Address address = parameters.Address(0, "mint");
        context.CheckContext(parameters.Config(1));
        (ulong slot, AccountSnapshot?[] accounts) = State.FindAll([address]);
        TokenMint mint = RequireMint(accounts[0]);
        writer.StartContext(slot);
        writer.WriteAmount(mint.Supply, mint.Decimals);
        writer.WriteEndObject();
    }

    private void GetTokenLargestAccounts(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Address address = parameters.Address(0, "mint");
        context.CheckContext(parameters.Config(1));
        AccountSnapshot? mintAccount = State.Find(address);
        TokenMint mint = RequireMint(mintAccount);
        (ulong slot, AccountSnapshot[] accounts) = State.FindByOwner(mintAccount!.Owner);
        // Address order breaks ties, so that equal calls have equal answers.
        IEnumerable<(Address Address, ulong Amount)> largest = accounts
            .Select(snapshot => (snapshot.Address, Account: TokenAccountJson.FindAccount(snapshot)))
            .Where(found => found.Account?.Mint == address)
            .Select(found => (found.Address, found.Account!.Value.Amount))
            .OrderByDescending(found => found.Amount)
            .Take(MaxLargestAccounts);

        writer.StartContext(slot);
        writer.WriteStartArray();
        foreach ((Address holder, ulong amount) in largest)
        {
            writer.WriteStartObject();
            writer.WriteString("address"u8, holder.ToString());
            writer.WriteString("amount"u8, amount.ToString());
            writer.WriteNumber("decimals"u8, mint.Decimals);
            writer.WriteUiAmount(amount, mint.Decimals);
            writer.WriteString("uiAmountString"u8, TokenAccountJson.ToDecimal(amount, mint.Decimals));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Every token account whose relation to a wallet holds, of one mint or of the whole program.</summary>
    private void WriteAccountsOf(
        RpcParameters parameters, Utf8JsonWriter writer, Func<TokenAccount, Address, bool> isOf)
    {
        Address wallet = parameters.Address(0, "pubkey");
        (Address program, Address? mint) = ReadTokenFilter(parameters.Config(1));
        RpcConfig config = parameters.Config(2);
        context.CheckContext(config);
        var format = AccountFormat.Read(config);
        (ulong slot, AccountSnapshot[] accounts) = State.FindByOwner(program);

        writer.StartContext(slot);
        writer.WriteStartArray();
        foreach (AccountSnapshot snapshot in accounts)
        {
            if (TokenAccountJson.FindAccount(snapshot) is { } account && isOf(account, wallet) && (mint is null || account.Mint == mint))
                writer.WriteKeyedAccount(snapshot, format, State);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The token program whose accounts are asked for, and their mint; null for all mints.</summary>
    private (Address Program, Address? Mint) ReadTokenFilter(RpcConfig filter)
    {
        if (filter.Member("mint") is { } element)
        {
            Address mint = RpcValues.Address(element, "mint");
            AccountSnapshot? account = State.Find(mint);
            RequireMint(account);
            return (account!.Owner, mint);
        }

        if (filter.Member("programId") is not { } member)
            throw RpcException.InvalidParams("parameter 1 must have 'mint' or 'programId'.");
        Address program = RpcValues.Address(member, "programId");
        return TokenAccountJson.IsTokenProgram(program)
            ? (program, null)
            : throw RpcException.InvalidParams(
                $"'programId' must be {ProgramIds.Token} or {ProgramIds.Token2022}.");
    }

    private static TokenMint RequireMint(AccountSnapshot? account) => TokenAccountJson.FindMint(account)
        ?? throw RpcException.InvalidParams("could not find mint: 'mint' is not a token mint.");
}
