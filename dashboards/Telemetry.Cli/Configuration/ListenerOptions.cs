using System.Net;

namespace Telemetry.Cli.Configuration;

/// <summary>The listeners. Beyond loopback they need TLS and tokens, unless <see cref="Insecure"/>.</summary>
internal sealed record ListenerOptions
{
    /// <summary>Console and HTTP API. Default 127.0.0.1:5080.</summary>
    public IPEndPoint Http { get; init; } = new(IPAddress.Loopback, 5080);

    /// <summary>Names under which the console answers, beside localhost and this machine's. Default none.</summary>
    public IReadOnlyList<string> HttpNames { get; init; } = [];

    /// <summary>Shippers. Default 127.0.0.1:4319.</summary>
    public IPEndPoint Grpc { get; init; } = new(IPAddress.Loopback, 4319);

    /// <summary>Metrics and health of a process without a console. Default null, none.</summary>
    public IPEndPoint? Metrics { get; init; }

    /// <summary>PEM file; "" is no TLS.</summary>
    public string TlsCertificate { get; init; } = "";

    /// <summary>PEM file; "" is no TLS.</summary>
    public string TlsKey { get; init; } = "";

    /// <summary>Allows listeners beyond loopback without TLS and tokens. Default false; logged when true.</summary>
    public bool Insecure { get; init; }

    /// <summary>True when both halves of a certificate are named.</summary>
    public bool HasTls => TlsCertificate.Length > 0 && TlsKey.Length > 0;

    /// <summary>True when some listener can be reached from other machines.</summary>
    public bool BeyondLoopback => IsBeyondLoopback(Http) || IsBeyondLoopback(Grpc);

    /// <summary>True when the address can be reached from other machines.</summary>
    public static bool IsBeyondLoopback(IPEndPoint endpoint) => !IPAddress.IsLoopback(endpoint.Address);

    public static ListenerOptions Read(SettingReader reader, List<string> problems)
    {
        var options = new ListenerOptions
        {
            Http = new IPEndPoint(reader.Address(Settings.HttpListen), reader.Port(Settings.HttpPort)),
            HttpNames = reader.List(Settings.HttpNames),
            Grpc = new IPEndPoint(reader.Address(Settings.GrpcListen), reader.Port(Settings.GrpcPort)),
            Metrics = reader.OptionalPort(Settings.MetricsPort) is { } port
                ? new IPEndPoint(reader.Address(Settings.MetricsListen), port)
                : null,
            TlsCertificate = reader.FullPath(Settings.TlsCertificate),
            TlsKey = reader.FullPath(Settings.TlsKey),
            Insecure = reader.Switch(Settings.Insecure),
        };
        if (options.TlsCertificate.Length > 0 != options.TlsKey.Length > 0)
        {
            problems.Add("a certificate and its key go together: --tls-cert FILE --tls-key FILE");
        }

        foreach (var missing in new[] { options.TlsCertificate, options.TlsKey }.Where(f => f.Length > 0 && !File.Exists(f)))
        {
            problems.Add($"{missing}: no such file");
        }

        return options;
    }
}
