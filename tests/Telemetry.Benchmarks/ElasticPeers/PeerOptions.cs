namespace Telemetry.Benchmarks.ElasticPeers;

/// <summary>How a peer is run; the defaults are what was quickest where both were tried on two cores.</summary>
internal sealed record PeerOptions
{
    /// <summary>Documents of a request, at most (rsyslog).</summary>
    public int BatchDocuments { get; init; } = 5000;

    /// <summary>Bytes of a request, at most.</summary>
    public int BatchBytes { get; init; } = 5 << 20;

    /// <summary>Requests under way at a time, at most.</summary>
    public int Concurrency { get; init; } = 2;

    /// <summary>Program and arguments that start the peer's, such as <c>taskset -c 1</c>; empty is none.</summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];

    /// <summary>Without another document stored for so long it has ended.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);
}
