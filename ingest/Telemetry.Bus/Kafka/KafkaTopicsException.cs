namespace Telemetry.Bus.Kafka;

/// <summary>The topics do not fit the promise, or cannot be made to. Nothing but a change of topics or options helps.</summary>
public sealed class KafkaTopicsException : Exception
{
    internal KafkaTopicsException(IReadOnlyList<string> problems)
        : base(string.Join(' ', problems)) => Problems = problems;

    /// <summary>A sentence for everything that does not fit.</summary>
    public IReadOnlyList<string> Problems { get; }
}
