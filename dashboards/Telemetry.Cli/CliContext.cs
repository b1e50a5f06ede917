using Telemetry.Cli.Configuration;

namespace Telemetry.Cli;

/// <summary>The world as a command sees it.</summary>
internal sealed record CliContext
{
    /// <summary>Results. A reader that went away shows as <see cref="IOException"/>.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Answers of people; at its end when nobody is there to ask.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Diagnostics.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Environment variables by name.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Whether root runs this.</summary>
    public bool IsRoot { get; init; }

    /// <summary>Whether results may be coloured: standard output is a terminal and NO_COLOR is not set.</summary>
    public bool Color { get; init; }

    /// <summary>Columns of the terminal; tables wrap there.</summary>
    public int Width { get; init; } = 160;

    /// <summary>File read when no other is named.</summary>
    public string DefaultConfigurationFile { get; init; } = FileSettings.DefaultPath;

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Transport to servers; null is the real one.</summary>
    public HttpMessageHandler? Transport { get; init; }

    /// <summary>The context of this process.</summary>
    public static CliContext OfProcess()
    {
        var environment = EnvironmentSettings.OfProcess();
        var terminal = !System.Console.IsOutputRedirected;
        return new CliContext
        {
            Out = StandardOutput.Open(),
            In = System.Console.IsInputRedirected ? TextReader.Null : System.Console.In,
            Error = System.Console.Error,
            Environment = environment,
            IsRoot = System.Environment.UserName == "root",
            Color = terminal && environment.GetValueOrDefault("NO_COLOR", "").Length == 0,
            Width = terminal && System.Console.WindowWidth > 0 ? System.Console.WindowWidth : 160,
        };
    }
}
