using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>A scenario with script programs: their accounts, and transactions that run scripts.</summary>
public sealed class ScriptWorld
{
    /// <summary>Bytes behind a script for results that outlive the transaction.</summary>
    public const int ResultBytes = 512;

    public ScriptWorld(World world, ScriptAbi abi)
    {
        World = world;
        Abi = abi;
        Payer = world.NewWallet();
        Other = world.NewWallet();
        Programs = [world.NewStranger(), world.NewStranger()];
        foreach (Address program in Programs)
            abi.Deploy(world, program);
        Scripts = [world.NewKey(), world.NewKey(), world.NewKey()];
        foreach (Address script in Scripts)
            SetScript(script, new ScriptBuilder());
        Foreign = world.NewKey();
        world.Set(Foreign, new AccountState(World.Sol, Programs[1], false, new byte[100]));
    }

    public const ulong Sol = World.Sol;

    public World World { get; }

    public ScriptAbi Abi { get; }

    public Address Payer { get; }

    /// <summary>A second wallet that can sign.</summary>
    public Address Other { get; }

    /// <summary>Two programs of one file.</summary>
    public Address[] Programs { get; }

    /// <summary>Accounts of the first program that hold scripts.</summary>
    public Address[] Scripts { get; }

    /// <summary>An account of the second program.</summary>
    public Address Foreign { get; }

    public Random Random => World.Random;

    /// <summary>Puts a script into an account; returns its data length.</summary>
    public int SetScript(Address account, ScriptBuilder script)
    {
        byte[] data = script.Build(Abi.ScriptAddress, ResultBytes);
        World.Set(account, new AccountState(Rent.MinimumBalance(data.Length) + 1_000_000, Programs[0], false, data));
        return data.Length;
    }

    /// <summary>Runs the script of the first account.</summary>
    public void Run(AccountMeta[] accounts, byte[] data, params ReadOnlySpan<Instruction> before) =>
        World.Send(Payer, [.. before, new Instruction(Programs[0], accounts, data)]);
}
