using System.CommandLine;
using System.Text.Json;
using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;

namespace Velox.Cli;

/// <summary>The options of <c>velox node</c> for what a new chain begins with, named as solana-test-validator's.</summary>
internal sealed class GenesisOptions
{
    private const string NoAuthority = "none";
    private const string AddressOfFile = "-";

    private readonly Option<string[]> _program = Repeated(
        "--bpf-program", 2, "ID FILE",
        "Have the program of an ELF file at an address, immutable (loader v2); also in place of a native program such as SPL Token. May be repeated.");

    private readonly Option<string[]> _upgradeable = Repeated(
        "--upgradeable-program", 3, "ID FILE AUTHORITY",
        $"The same with loader v3: the authority may upgrade it; '{NoAuthority}' for nobody. May be repeated.");

    private readonly Option<string[]> _account = Repeated(
        "--account", 2, "ADDRESS FILE",
        $"Have an account of a JSON file as 'solana account --output json' writes it; '{AddressOfFile}' takes the address that the file names. May be repeated.");

    private readonly Option<string[]> _deactivated = Repeated(
        "--deactivate-feature", 1, "ID", "Have a feature gate of mainnet-beta off. May be repeated.");

    private readonly List<string> _errors = [];

    internal IEnumerable<Option> All => [_program, _upgradeable, _account, _deactivated];

    /// <summary>Reads the options and their files.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="additions">What they say.</param>
    /// <param name="errors">What is wrong with them; empty when nothing is. Each names its option.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    internal bool TryRead(ParseResult result, out GenesisAdditions additions, out IReadOnlyList<string> errors)
    {
        errors = _errors;
        additions = GenesisAdditions.None;
        Address[] deactivated = [.. Groups(result, _deactivated, 1).Select(group => ReadFeature(group[0]))];
        if (_errors.Count > 0)
            return false;
        FeatureSet features = new GenesisAdditions([], deactivated).Features;
        var accounts = new List<GenesisAccount>();
        foreach (string[] group in Groups(result, _program, 2))
            accounts.Add(GenesisAccount.Program(ReadAddress(_program, group[0]), ReadElf(_program, group[1], 0, features)));
        foreach (string[] group in Groups(result, _upgradeable, 3))
        {
            accounts.AddRange(GenesisAccount.UpgradeableProgram(
                ReadAddress(_upgradeable, group[0]),
                ReadElf(_upgradeable, group[1], LoaderState.ProgramDataHeadSize, features),
                group[2] == NoAuthority ? null : ReadAddress(_upgradeable, group[2])));
        }

        foreach (string[] group in Groups(result, _account, 2))
            AddAccount(accounts, group[0], group[1]);
        return _errors.Count == 0 && TryCreate(accounts, deactivated, out additions);
    }

    private bool TryCreate(List<GenesisAccount> accounts, Address[] deactivated, out GenesisAdditions additions)
    {
        additions = GenesisAdditions.None;
        try
        {
            additions = new GenesisAdditions(accounts, deactivated);
            return true;
        }
        catch (ArgumentException error)
        {
            _errors.Add($"{_program.Name}, {_upgradeable.Name}, {_account.Name}: {error.Message}.");
            return false;
        }
    }

    /// <summary>An option whose every use takes the same number of words.</summary>
    private static Option<string[]> Repeated(string name, int words, string helpName, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Arity = new ArgumentArity(1, words * GenesisAdditions.MaxAccounts),
        AllowMultipleArgumentsPerToken = words > 1,
    };

    private IEnumerable<string[]> Groups(ParseResult result, Option<string[]> option, int words)
    {
        string[] all = result.GetValue(option) ?? [];
        if (all.Length % words == 0)
            return all.Chunk(words);
        _errors.Add($"{option.Name} takes {words} words ({option.HelpName}), {all.Length} were given.");
        return [];
    }

    private Address ReadFeature(string text)
    {
        Address id = ReadAddress(_deactivated, text);
        if (_errors.Count == 0 && !FeatureSet.Mainnet.IsActive(id))
            _errors.Add($"{_deactivated.Name} is '{text}': it must be the id of a feature that is active on mainnet-beta.");
        return id;
    }

    /// <summary>An address, or a keypair file, whose public key it is.</summary>
    private Address ReadAddress(Option option, string text)
    {
        if (Address.TryParse(text, out Address address))
            return address;
        try
        {
            if (File.Exists(text))
                return KeypairFile.Load(text).PublicKey;
            _errors.Add($"{option.Name} is '{text}': it must be an address in Base58 or a keypair file.");
        }
        catch (InvalidDataException error)
        {
            _errors.Add($"{option.Name}: {error.Message}");
        }

        return default;
    }

    private byte[] ReadElf(Option option, string path, int headSize, FeatureSet features)
    {
        if (ReadFile(option, path, AccountHandle.MaxDataLength - headSize) is not { } elf)
            return [];
        if (GenesisAccount.FindFault(elf, features) is { } fault)
            _errors.Add($"{option.Name}: '{path}' is no program for the virtual machine: {fault}");
        return elf;
    }

    private byte[]? ReadFile(Option option, string path, int maxBytes)
    {
        if (!File.Exists(path))
        {
            _errors.Add($"{option.Name}: there is no file '{path}'.");
            return null;
        }

        // Read with one byte of room: what is longer shows without being read whole.
        using FileStream file = File.OpenRead(path);
        byte[] bytes = new byte[(int)Math.Min(file.Length, maxBytes) + 1];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length <= maxBytes)
            return bytes[..length];
        _errors.Add($"{option.Name}: '{path}' is longer than {maxBytes} bytes, the most that are allowed.");
        return null;
    }

    private void AddAccount(List<GenesisAccount> accounts, string address, string path)
    {
        // Base64 takes a third more than the data; the rest is for the other members.
        const int maxBytes = (AccountHandle.MaxDataLength * 4 / 3) + 4096;
        if (ReadFile(_account, path, maxBytes) is not { } json)
            return;
        try
        {
            using var document = JsonDocument.Parse(json);
            GenesisAccount account = AccountFile.Read(document.RootElement);
            accounts.Add(address == AddressOfFile ? account : account with { Address = ReadAddress(_account, address) });
        }
        catch (Exception error) when (error is JsonException or InvalidDataException)
        {
            _errors.Add($"{_account.Name}: '{path}' is no account in JSON: {error.Message}");
        }
    }
}
