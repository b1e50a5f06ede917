using System.CommandLine;

namespace Telemetry.Cli.Options;

/// <summary><c>--json</c>.</summary>
internal static class JsonOption
{
    public static Option<bool> Create(string description = "Print JSON for programs.") =>
        new("--json") { Description = description };
}
