using Telemetry.Shipper.Machine;

namespace Telemetry.Shipper.Tests.Support;

internal sealed class FakeMachine : IMachine
{
    public Dictionary<string, string> Files { get; } = [];

    public Dictionary<string, string> Links { get; } = [];

    public string HostName { get; init; } = "host-1";

    public string Read(string path) => Files.GetValueOrDefault(path, File.Exists(path) && path.StartsWith("/tmp", StringComparison.Ordinal) ? File.ReadAllText(path) : "");

    public string ReadLink(string path) => Links.GetValueOrDefault(path, "");
}
