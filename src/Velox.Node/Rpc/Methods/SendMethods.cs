using System.Text.Json;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Node;

/// <summary>Sending and simulating transactions, and the faucet.</summary>
internal sealed class SendMethods(RpcContext context)
{
    private const int MaxPostAccounts = 64;

    // A faucet transfer must differ from the last one to be no duplicate, even for equal wallet, amount and blockhash.
    private long _airdropCount;

    internal void AddTo(Dictionary<string, RpcMethod> methods)
    {
        methods.Add("requestAirdrop", RequestAirdrop);
        methods.Add("sendTransaction", SendTransaction);
        methods.Add("simulateTransaction", SimulateTransaction);
    }

    private void RequestAirdrop(RpcParameters parameters, Utf8JsonWriter writer)
    {
        Address to = parameters.Address(0, "pubkey");
        ulong lamports = parameters.UInt64(1, "lamports");
        RpcConfig config = parameters.Config(2);
        config.CheckCommitment();
        if (lamports > context.Options.MaxAirdropLamports)
        {
            throw RpcException.InvalidParams(
                $"'lamports' is {lamports}: an airdrop is at most {context.Options.MaxAirdropLamports}.");
        }

        byte[] bytes = BuildAirdrop(to, lamports);
        SimulationResult result = Simulate(
            bytes, new SimulationOptions(VerifySignatures: false, IgnoreBlockhash: true));
        if (result.Error.IsError)
            throw PreflightFailure(result);
        Submit(bytes);
        WriteSignature(writer, bytes);
    }

    private byte[] BuildAirdrop(Address to, ulong lamports)
    {
        // The unit price makes each message different; below 1,000 it costs the faucet a few lamports at most.
        ulong salt = (ulong)Interlocked.Increment(ref _airdropCount) % 1_000;
        CompiledMessage message = new TransactionBuilder(context.Faucet.PublicKey)
            .WithBlockhash(context.Chain.Tip.Hash)
            .Add(ComputeBudgetInstructions.SetComputeUnitPrice(salt))
            .Add(SystemInstructions.Transfer(context.Faucet.PublicKey, to, lamports))
            .CompileMessage();
        return message.Serialize([context.Faucet.Sign(message.Bytes)]);
    }

    private void SendTransaction(RpcParameters parameters, Utf8JsonWriter writer)
    {
        RpcConfig config = parameters.Config(1);
        config.CheckCommitment("preflightCommitment");
        _ = config.UInt64("maxRetries");
        context.CheckContext(config);
        byte[] bytes = ReadTransaction(parameters, config);
        if (!config.Bool("skipPreflight"))
            Preflight(bytes);
        Submit(bytes);
        WriteSignature(writer, bytes);
    }

    private void Preflight(byte[] bytes)
    {
        SimulationResult result = Simulate(
            bytes, new SimulationOptions(VerifySignatures: true, IgnoreBlockhash: false));
        if (result.Error.IsError)
            throw PreflightFailure(result);
    }

    /// <summary>A wrong signature is an error of the call; everything else is the simulation's result.</summary>
    private SimulationResult Simulate(byte[] bytes, SimulationOptions options)
    {
        SimulationResult result = context.Simulator.Simulate(bytes, options);
        return result.Error.Kind != TransactionErrorKind.SignatureFailure
            ? result
            : throw new RpcException(
                RpcErrorCode.SignatureVerificationFailure, "Transaction signature verification failure");
    }

    private static RpcException PreflightFailure(SimulationResult result) => new(
        RpcErrorCode.PreflightFailure,
        $"Transaction simulation failed: {result.Error}",
        writer => SimulationJson.Write(writer, result, SimulationView.Preflight));

    private void Submit(byte[] bytes)
    {
        if (context.Submit(bytes, MonotonicClock.NowNanos))
            return;
        context.Counters.QueueFull.Increment();
        throw new RpcException(
            RpcErrorCode.NodeUnhealthy,
            "Node is unhealthy: the transaction queue is full or closed; the transaction was not taken.");
    }

    private void SimulateTransaction(RpcParameters parameters, Utf8JsonWriter writer)
    {
        RpcConfig config = parameters.Config(1);
        context.CheckContext(config);
        bool verify = config.Bool("sigVerify");
        bool replace = config.Bool("replaceRecentBlockhash");
        if (verify && replace)
            throw RpcException.InvalidParams("sigVerify may not be used with replaceRecentBlockhash");
        (Address[] wanted, AccountFormat format) = ReadWantedAccounts(config.Nested("accounts"));
        byte[] bytes = ReadTransaction(parameters, config);

        ChainTip tip = context.Chain.Tip;
        SimulationResult result = Simulate(bytes, new SimulationOptions(verify, replace));
        var view = new SimulationView(
            config.Member("accounts") is null ? null : wanted, format, context.Chain.State,
            config.Bool("innerInstructions"), replace ? tip : null);
        writer.StartContext(result.Slot);
        SimulationJson.Write(writer, result, view);
        writer.WriteEndObject();
    }

    private static (Address[] Addresses, AccountFormat Format) ReadWantedAccounts(RpcConfig accounts)
    {
        if (accounts.Member("addresses") is not { } list)
            return ([], AccountFormat.Base64);
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxPostAccounts)
        {
            throw RpcException.InvalidParams(
                $"'accounts.addresses' must be an array of at most {MaxPostAccounts} addresses.");
        }

        var format = AccountFormat.Read(accounts, "base64");
        if (format.Encoding is "binary" or "base58")
            throw RpcException.InvalidParams("'accounts.encoding' must be base64 or jsonParsed.");
        return ([.. list.EnumerateArray().Select(element => RpcValues.Address(element, "accounts.addresses"))], format);
    }

    /// <summary>Decodes and parses; what does not parse is the caller's mistake, not a simulation's result.</summary>
    private static byte[] ReadTransaction(RpcParameters parameters, RpcConfig config)
    {
        string encoding = config.Choice("encoding", "base58", "base58", "base64");
        byte[] bytes = RpcValues.Bytes(
            parameters.Text(0, "transaction"), encoding, "transaction", WireLimits.MaxTransactionBytes);
        WireError error = TransactionView.TryParse(bytes, out _);
        return error switch
        {
            WireError.None => bytes,
            WireError.SignatureCountMismatch => throw new RpcException(
                RpcErrorCode.SignatureLengthMismatch, "Transaction signature length mismatch"),
            _ => throw RpcException.InvalidParams("invalid transaction: " + WireErrors.Describe(error)),
        };
    }

    private static void WriteSignature(Utf8JsonWriter writer, byte[] bytes) =>
        writer.WriteStringValue(new Signature(bytes.AsSpan(1, Signature.Size)).ToString());
}
