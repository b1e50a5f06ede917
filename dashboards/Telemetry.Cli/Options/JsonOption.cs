using System.CommandLine;

namespace Telemetry.Cli.Options;

/// <summary><c>--json</c>.</summary>
internal static class JsonOption
{
    /// <summary>What it means for a command that goes on running.</summary>
    public const string StartSummary = "Print what was started as one JSON object.";

    public static Option<bool> Create(string description = "Print JSON for programs.") =>
        new("--json") { Description = description };
}
