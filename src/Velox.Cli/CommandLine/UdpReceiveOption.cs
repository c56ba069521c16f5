using System.CommandLine;
using System.CommandLine.Parsing;
using Velox.Gateway;

namespace Velox.Cli;

/// <summary>The option that says how datagrams are taken from the kernel.</summary>
internal static class UdpReceiveOption
{
    private static readonly Dictionary<string, UdpReceive> ByName = new(StringComparer.Ordinal)
    {
        ["auto"] = UdpReceive.Auto,
        ["io_uring"] = UdpReceive.IoUring,
        ["recvmmsg"] = UdpReceive.Recvmmsg,
        ["socket"] = UdpReceive.Socket,
    };

    private static string Names => string.Join(", ", ByName.Keys);

    internal static Option<UdpReceive> Create() => new("--udp-receive")
    {
        Description = $"How to receive datagrams: {Names}; auto (the default) takes the first of recvmmsg, io_uring and socket that the system allows.",
        HelpName = "NAME",
        CustomParser = Parse,
    };

    private static UdpReceive Parse(ArgumentResult result)
    {
        string name = result.Tokens.Single().Value;
        if (!ByName.TryGetValue(name, out UdpReceive receive))
            result.AddError($"--udp-receive is '{name}': it must be one of {Names}.");
        return receive;
    }
}
