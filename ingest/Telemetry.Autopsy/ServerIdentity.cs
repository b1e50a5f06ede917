namespace Telemetry.Autopsy;

/// <summary>Who a server said it is, in its latest AgentStart; "" is unknown.</summary>
public sealed record ServerIdentity
{
    /// <summary>The server.</summary>
    public string InstanceId { get; init; } = "";

    /// <summary>The boot.</summary>
    public string BootId { get; init; } = "";

    /// <summary>Host name.</summary>
    public string HostName { get; init; } = "";

    /// <summary>Machine or container image.</summary>
    public string Image { get; init; } = "";

    /// <summary>Kernel release.</summary>
    public string Kernel { get; init; } = "";

    /// <summary>Operating system.</summary>
    public string Os { get; init; } = "";

    /// <summary>IANA name of the host's time zone.</summary>
    public string TimeZone { get; init; } = "";

    /// <summary>What the server is for.</summary>
    public string Role { get; init; } = "";

    /// <summary>Availability zone or rack.</summary>
    public string Zone { get; init; } = "";

    /// <summary>Tenant.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>When the kernel booted, microseconds since the Unix epoch; 0 is unknown.</summary>
    public long BootedUnixUs { get; init; }

    /// <summary>Name of the shipper's program.</summary>
    public string AgentName { get; init; } = "";

    /// <summary>Version of the shipper.</summary>
    public string AgentVersion { get; init; } = "";

    /// <summary>Random identity of the run of the shipper that said this.</summary>
    public string AgentRunId { get; init; } = "";

    /// <summary>True when a shipper of the server said this, false when an application did, of where it runs.</summary>
    public bool IsOfServer { get; init; } = true;
}
