namespace Telemetry.Demo.Lines;

/// <summary>Makes the lines of one service: what it says comes from samples, how it says it is the role's own.</summary>
internal abstract class LineSource(SampleMessages messages, Random random)
{
    /// <summary>The lines of a role.</summary>
    public static LineSource For(string role, string name, string? samples, Random random) => role switch
    {
        "web" => new AccessLines(SampleMessages.Load(samples, "Apache", random), random),
        "api" => new JsonLines(name, SampleMessages.Load(samples, "Zookeeper", random), random),
        "db" => new DatabaseLines(SampleMessages.Load(samples, "Linux", random), random),
        _ => new LogfmtLines(SampleMessages.Load(samples, "HDFS", random), random),
    };

    protected Random Random => random;

    /// <summary>One line, without its end.</summary>
    public abstract string Next(DateTimeOffset now);

    /// <summary>What somebody once said, and how bad it was.</summary>
    protected SampleMessage NextMessage() => messages.Next();

    protected T OneOf<T>(params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];
}
