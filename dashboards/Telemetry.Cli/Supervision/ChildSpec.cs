namespace Telemetry.Cli.Supervision;

/// <summary>A process to run.</summary>
/// <param name="Name">What the log calls it.</param>
/// <param name="Program">Path of the program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Drain">Time between SIGTERM and SIGKILL.</param>
internal sealed record ChildSpec(string Name, string Program, IReadOnlyList<string> Arguments, TimeSpan Drain)
{
    /// <summary>Variables set on top of this process's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>File that takes its output and diagnostics; null shares this process's.</summary>
    public string? OutputFile { get; init; }
}
