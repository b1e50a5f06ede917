using Telemetry.Shipping.Machine;

namespace Telemetry.Shipper.Tests.Support;

internal sealed class FakeMachine : IMachine
{
    public Dictionary<string, string> Files { get; } = [];

    public Dictionary<string, string> Links { get; } = [];

    public string HostName { get; init; } = "host-1";

    public string Read(string path) => Files.GetValueOrDefault(path, File.Exists(path) && path.StartsWith("/tmp", StringComparison.Ordinal) ? File.ReadAllText(path) : "");

    /// <summary>Files that are there and may not be read.</summary>
    public HashSet<string> Forbidden { get; } = [];

    public string? TryReadFile(string path, out string problem)
    {
        problem = Forbidden.Contains(path) ? "Permission denied." : "";
        return problem.Length > 0 || Read(path) is not { Length: > 0 } text && !Files.ContainsKey(path) ? null : Read(path);
    }

    public string ReadLink(string path) => Links.GetValueOrDefault(path, "");
}
