using Velox.Cryptography;
using Velox.Node;
using Velox.Svm;

// A node under load that the crash test kills. Arguments: ledger directory, first amount.
// After each durable block it prints: slot, state root, blockhash, and a dot that shows that the line is whole.
// It ends when its input does, so that it does not outlive whoever started it.
new Thread(() =>
{
    Console.In.ReadToEnd();
    Environment.Exit(1);
})
{ IsBackground = true }.Start();

var options = new NodeOptions { LedgerDirectory = args[0], SlotMillis = NodeOptions.MinSlotMillis, Workers = 1 };
await using VeloxNode node = VeloxNode.Open(options);
TextWriter output = TextWriter.Synchronized(Console.Out);
output.WriteLine("open");
node.Chain.BlockPublished += block =>
{
    output.WriteLine($"{block.Header.Slot} {block.Header.StateRoot} {block.Hash} .");
    output.Flush();
};
await node.StartAsync();

Keypair faucet = node.Keys.Faucet;
var recipient = Keypair.FromSeed(new byte[Ed25519.SeedSize]);
for (ulong lamports = ulong.Parse(args[1]); !node.Completion.IsCompleted; lamports++)
{
    byte[] transaction = new TransactionBuilder(faucet.PublicKey)
        .Add(SystemInstructions.Transfer(faucet.PublicKey, recipient.PublicKey, lamports))
        .WithBlockhash(node.Chain.Tip.Hash)
        .Sign(faucet);
    node.TrySubmit(transaction);
}

await node.Completion;
