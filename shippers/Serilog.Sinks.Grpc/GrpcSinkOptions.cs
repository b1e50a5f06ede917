using Serilog.Core;
using Serilog.Events;

namespace Serilog.Sinks.Grpc;

/// <summary>How events reach the gateway.</summary>
public class GrpcSinkOptions
{
    /// <summary>Gateway of a machine that runs everything.</summary>
    public const string LocalGateway = "http://127.0.0.1:4319";

    /// <summary>Socket of the shipper of this server.</summary>
    public const string LocalShipper = "unix:///run/telemetry/shipper.sock";

    private string? _endpoint;
    private string? _serviceName;

    /// <summary>
    /// <c>http://</c> or <c>https://</c> of a gateway, or <c>unix://</c> and the path of a shipper's socket. Default
    /// <see cref="LocalShipper"/> when there is one, else <see cref="LocalGateway"/>.
    /// </summary>
    public string? Endpoint
    {
        get => _endpoint;
        set => _endpoint = string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    /// <summary>The endpoint, or the default that holds here.</summary>
    internal string EffectiveEndpoint => Endpoint ?? (File.Exists(new Uri(LocalShipper).LocalPath) ? LocalShipper : LocalGateway);

    /// <summary>Name of the service, "shop". Default is the name of the entry assembly.</summary>
    public string? ServiceName
    {
        get => _serviceName;
        set => _serviceName = string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    /// <summary>Version of the service. Default is the entry assembly's informational version without its commit.</summary>
    public string? ServiceVersion { get; set; }

    /// <summary>Bearer token of the gateway; null sends none.</summary>
    public string? Token { get; set; }

    /// <summary>File that holds the token in its place, read before each call, so that it can be changed while the application runs.</summary>
    public string? TokenFile { get; set; }

    /// <summary>
    /// PEM file with the only roots to trust, read for each new connection; null trusts those of the machine.
    /// </summary>
    public string? CaFile { get; set; }

    /// <summary>Sent with each call, for a proxy that wants them. Names are lower case. Default none.</summary>
    public IDictionary<string, string> Headers { get; set; } = new Dictionary<string, string>();

    /// <summary>Properties of every event that has none of that name, found as <c>labels.NAME</c>. Default none.</summary>
    public IDictionary<string, string> ResourceAttributes { get; set; } = new Dictionary<string, string>();

    /// <summary>What is sent beside time, level, message and properties. Default all.</summary>
    public IncludedData IncludedData { get; set; } = IncludedData.All;

    /// <summary>How batches are compressed. Default Brotli.</summary>
    public BatchCompression Compression { get; set; }

    /// <summary>Largest encoded event, bytes; a larger one becomes a placeholder. Default 256 KiB.</summary>
    public int EventBodyLimit { get; set; } = 256 << 10;

    /// <summary>
    /// Without an acknowledgement for so long a connection is given up, and an event of <c>AuditTo</c> has failed. Default 10 s.
    /// </summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Least level that is taken. Ignored when <see cref="LevelSwitch"/> is set.</summary>
    public LogEventLevel RestrictedToMinimumLevel { get; set; } = LevelAlias.Minimum;

    /// <summary>Least level that is taken, changed while the application runs.</summary>
    public LoggingLevelSwitch? LevelSwitch { get; set; }

    /// <summary>Tells what became of the events; several sinks may share one.</summary>
    public GrpcSinkDiagnostics Diagnostics { get; set; } = new();
}
