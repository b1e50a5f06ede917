namespace Telemetry.Store.Elasticsearch;

/// <summary>How documents are sent. Everything holds per lane of a process, whatever the number of its partitions.</summary>
public sealed record ElasticWriterOptions
{
    /// <summary>Encoded documents held at most, waiting or under way, bytes; the next entry waits. 64 MiB.</summary>
    public long MaxHeldBytes { get; init; } = 64 << 20;

    /// <summary>A request is sent when it has so many bytes, uncompressed; less while the server pushes back: it spends 4 % less on a document in 8 MiB than in 2. 8 MiB.</summary>
    public int MaxRequestBytes { get; init; } = 8 << 20;

    /// <summary>Push-back does not make requests smaller than this. 64 KiB.</summary>
    public int MinRequestBytes { get; init; } = 64 << 10;

    /// <summary>Requests under way at most. 2.</summary>
    public int Senders { get; init; } = 2;

    /// <summary>What was written is sent after so long, full or not. 1 s.</summary>
    public TimeSpan FlushAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a request may take; after it, its documents are in doubt. Longer than Elasticsearch's own minute, so that it
    /// answers first. 90 s.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Answers later than this make fewer bytes be under way, so that the other lane does not wait behind them. 2 s.</summary>
    public TimeSpan SlowAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The first pause before a retry is random up to this, and doubles. 100 ms.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>No pause is longer, whatever the server asks for. 60 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Everything that is wrong with it; empty is fine.</summary>
    public IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        Check(MinRequestBytes >= 1024, "MinRequestBytes has to be at least 1 KiB");
        Check(MaxRequestBytes >= MinRequestBytes && MaxRequestBytes <= 64 << 20, "MaxRequestBytes has to be from MinRequestBytes to 64 MiB");
        Check(MaxHeldBytes >= 2L * MaxRequestBytes, "MaxHeldBytes has to be at least twice MaxRequestBytes");
        Check(Senders is >= 1 and <= 64, "Senders has to be 1..64");
        Check(FlushAfter > TimeSpan.Zero, "FlushAfter has to be positive");
        Check(RequestTimeout > TimeSpan.Zero, "RequestTimeout has to be positive");
        Check(SlowAfter > TimeSpan.Zero, "SlowAfter has to be positive");
        Check(FirstBackoff > TimeSpan.Zero && MaxBackoff >= FirstBackoff, "FirstBackoff has to be positive and MaxBackoff not below it");
        return problems;

        void Check(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}
