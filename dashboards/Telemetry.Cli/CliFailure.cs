namespace Telemetry.Cli;

/// <summary>Ends a command with sentences for standard error. Caught in one place, <see cref="TelemetryCli"/>.</summary>
internal sealed class CliFailure(int exitCode, params IReadOnlyList<string> sentences)
    : Exception(string.Join('\n', sentences))
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What is wrong, one problem each.</summary>
    public IReadOnlyList<string> Sentences { get; } = sentences;

    /// <summary>Something has to be changed before it can work.</summary>
    public static CliFailure Usage(params IReadOnlyList<string> sentences) => new(ExitCodes.Usage, sentences);

    /// <summary>It was tried and failed.</summary>
    public static CliFailure Failed(string sentence) => new(ExitCodes.Failed, sentence);
}
