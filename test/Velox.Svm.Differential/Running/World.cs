using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>
/// One scenario in the making: accounts are put there and transactions sent, all to our runtime at once, and recorded so that the
/// peer can do the same. Its keys are its own, so scenarios do not meet.
/// </summary>
/// <param name="runtime">Ours.</param>
/// <param name="origin">Names seed, family and scenario; keys and random numbers come from it.</param>
/// <param name="comparison">What must be equal, unless a transaction says otherwise.</param>
public sealed class World(IRuntime runtime, string origin, Comparison comparison)
{
    /// <summary>1 SOL.</summary>
    public const ulong Sol = 1_000_000_000;

    private readonly List<Step> _steps = [];
    private readonly Dictionary<Address, Keypair> _keys = [];
    private readonly HashSet<Hash256> _sent = [];
    private int _nextKey;

    public Random Random { get; } = new(BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(origin))));

    public IReadOnlyList<Step> Steps => _steps;

    public int TransactionCount { get; private set; }

    /// <summary>What the next transaction does, for people; taken by it.</summary>
    public string Note { get; set; } = "";

    public Hash256 Blockhash => runtime.Blockhash;

    public AccountState this[Address address] => runtime.GetAccount(address);

    /// <summary>A key pair that signs where its address must.</summary>
    public Address NewKey()
    {
        byte[] seed = SHA256.HashData(Encoding.UTF8.GetBytes($"{origin}/{_nextKey++}"));
        Keypair pair = Keypair.FromSeed(seed);
        _keys.Add(pair.PublicKey, pair);
        return pair.PublicKey;
    }

    /// <summary>A key pair with an account of the system program.</summary>
    public Address NewWallet(ulong lamports = 10 * Sol)
    {
        Address address = NewKey();
        Set(address, AccountState.Wallet(lamports));
        return address;
    }

    /// <summary>An address that nobody can sign for.</summary>
    public Address NewStranger() => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{origin}/stranger/{_nextKey++}")));

    public bool CanSign(Address address) => _keys.ContainsKey(address);

    public void Set(Address address, AccountState account)
    {
        runtime.SetAccount(address, account);
        _steps.Add(new SetAccountStep(address, account));
    }

    public void SetClock(ClockState clock)
    {
        runtime.SetClock(clock);
        _steps.Add(new SetClockStep(clock));
    }

    /// <summary>Signs and sends instructions. Null when they do not fit a transaction, or the same was sent before.</summary>
    public Outcome? Send(Address payer, params IReadOnlyList<Instruction> instructions) =>
        Send(payer, instructions, TransactionVersion.Legacy);

    /// <summary>As the other, with a version, another value in the place of a recent blockhash, a configuration (v1).</summary>
    public Outcome? Send(
        Address payer, IReadOnlyList<Instruction> instructions, TransactionVersion version, Hash256? blockhash = null,
        TransactionConfig config = default)
    {
        var builder = new TransactionBuilder(payer) { RecentBlockhash = blockhash ?? Blockhash, Version = version, Config = config };
        foreach (Instruction instruction in instructions)
            builder.Add(instruction);
        CompiledMessage message;
        try
        {
            message = builder.CompileMessage();
        }
        catch (InvalidOperationException)
        {
            return null;
        }

        Signature[] signatures = [.. message.Signers.Select(signer => _keys[signer].Sign(message.Bytes))];
        return SendBytes(message.Serialize(signatures), []);
    }

    /// <summary>Sends a transaction as it is. Null when the same was sent before, or LiteSVM has a way of its own with it.</summary>
    /// <param name="transaction">Decodable: the peer's binding ends its process on anything else.</param>
    /// <param name="lookedUp">Accounts that come from lookup tables.</param>
    /// <param name="compared">What must be equal; as the scenario says when it is null.</param>
    public Outcome? SendBytes(byte[] transaction, IEnumerable<Address> lookedUp, Comparison? compared = null)
    {
        if (!_sent.Add(new Hash256(SHA256.HashData(transaction))) || LiteSvmWays.CallsNotExecutable(runtime, transaction))
            return null;
        Address[] watched = [.. StaticKeys(transaction).Concat(lookedUp).Distinct().Where(key => !ConstantAccounts.Contains(key))];
        Outcome outcome = LiteSvmWays.Follow(runtime, transaction, watched, runtime.Send(transaction, watched));
        _steps.Add(new SendStep(transaction, watched, outcome, compared ?? comparison, Note));
        Note = "";
        TransactionCount++;
        return outcome;
    }

    /// <summary>Signs a message's bytes for an address; null when nobody can.</summary>
    public Signature? SignatureOf(Address signer, ReadOnlySpan<byte> message) =>
        _keys.TryGetValue(signer, out Keypair? pair) ? pair.Sign(message) : null;

    private static List<Address> StaticKeys(byte[] transaction)
    {
        var keys = new List<Address>();
        if (TransactionView.TryParse(transaction, out TransactionView view) != WireError.None)
            return keys;
        for (int i = 0; i < view.StaticKeyCount; i++)
            keys.Add(view.StaticKey(i));
        return keys;
    }
}
