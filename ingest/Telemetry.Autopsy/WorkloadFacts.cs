namespace Telemetry.Autopsy;

/// <summary>What is said about one run of a service. Starts and ends may come in any order; the latest of each counts.</summary>
public sealed class WorkloadFacts
{
    /// <summary>Unique within the lifetime.</summary>
    public string Id { get; set; } = "";

    /// <summary>Service name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Version of the service.</summary>
    public string Version { get; set; } = "";

    /// <summary>Image it was made from.</summary>
    public string Image { get; set; } = "";

    /// <summary>When what is above was said.</summary>
    public long DescribedUnixUs { get; set; }

    /// <summary>Process id of the latest start; 0 is unknown.</summary>
    public int Pid { get; set; }

    /// <summary>Which process ships for it, as the server's kernel says; null is unknown.</summary>
    public PeerFact? Peer { get; set; }

    /// <summary>Latest start; 0 is unknown.</summary>
    public long StartedUnixUs { get; set; }

    /// <summary>Latest end; 0 is none.</summary>
    public long EndedUnixUs { get; set; }

    /// <summary>Exit code of the latest end.</summary>
    public int ExitCode { get; set; }

    /// <summary>Signal of the latest end; 0 is none.</summary>
    public int Signal { get; set; }
}
