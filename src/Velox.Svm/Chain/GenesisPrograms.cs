using System.Text;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>The accounts of builtin programs and precompiles: executable, 1 lamport, with the program's name as data.</summary>
/// <remarks>
/// Names: Agave 4.3, builtins/src/lib.rs; those of the programs that are BPF code there since: Agave 2.1. Precompiles have no data.
/// </remarks>
internal static class GenesisPrograms
{
    private static readonly Address[] Precompiles =
        [ProgramIds.Ed25519Precompile, ProgramIds.Secp256k1Precompile, ProgramIds.Secp256r1Precompile];

    private static readonly Dictionary<Address, string> Names = new()
    {
        [ProgramIds.System] = "solana_system_program",
        [ProgramIds.ComputeBudget] = "compute_budget_program",
        [ProgramIds.Vote] = "solana_vote_program",
        [ProgramIds.BpfLoaderDeprecated] = "solana_bpf_loader_program",
        [ProgramIds.BpfLoader] = "solana_bpf_loader_program",
        [ProgramIds.BpfLoaderUpgradeable] = "solana_bpf_loader_upgradeable_program",
        [ProgramIds.AddressLookupTable] = "address_lookup_table_program",
        [ProgramIds.Config] = "config_program",
        [ProgramIds.Stake] = "stake_program",
        [ProgramIds.FeatureGate] = "feature_gate_program",
    };

    internal static void Create(AccountStore store, ProgramRegistry programs)
    {
        foreach (Address id in programs.Ids.Concat(Precompiles).Distinct())
        {
            Account account = Genesis.Create(store, id, 1, ProgramIds.NativeLoader);
            account.Executable = true;
            byte[] name = Encoding.ASCII.GetBytes(Names.GetValueOrDefault(id, ""));
            account.Data.Resize(name.Length);
            name.CopyTo(account.Data.Write(0, name.Length));
        }
    }
}
