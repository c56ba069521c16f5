using System.CommandLine;
using Velox.Cryptography;

namespace Velox.Cli;

/// <summary><c>velox keygen</c>: a new key in Solana's keypair file format.</summary>
internal static class KeygenCommand
{
    internal static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description = "Where to write the keypair: a JSON array of 64 numbers, as the Solana tools read it.",
            Arity = ArgumentArity.ZeroOrOne,
            DefaultValueFactory = _ => "id.json",
        };
        file.Validators.Add(PathRules.RefuseEmpty);
        var force = new Option<bool>("--force") { Description = "Replace the file if it exists." };
        var command = new Command("keygen", "Make a new keypair file (readable by you alone) and print its address.") { file, force };
        command.SetAction(result => Run(result.GetRequiredValue(file), result.GetValue(force)));
        return command;
    }

    private static int Run(string file, bool force)
    {
        if (Directory.Exists(file))
            return Fail($"{file} is a directory. Choose a file in it.");
        if (File.Exists(file) && !force)
            return Fail($"{file} exists. Choose another file, or say --force to replace it: its key would be lost.");

        Keypair keypair = Keypair.Generate();
        try
        {
            KeypairFile.Save(file, keypair, overwrite: force);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Fail($"cannot write {file}: {error.Message}");
        }

        Console.WriteLine(keypair.PublicKey);
        return 0;
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine($"velox: {message}");
        return 1;
    }
}
