using Telemetry.Cli.Configuration;

namespace Telemetry.Cli.Supervision;

/// <summary>Command lines of <c>telemetry-shipper</c>.</summary>
internal sealed record ShipperArguments
{
    /// <summary>URL of the gateway.</summary>
    public required string Gateway { get; init; }

    /// <summary>Directory of its spool and state.</summary>
    public required string Data { get; init; }

    /// <summary>File with the token; null without.</summary>
    public string? TokenFile { get; init; }

    /// <summary>File with the authority of the gateway's certificate; null means the system's.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>How long a stop waits for acknowledgements.</summary>
    public TimeSpan StopWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Least level that it logs, "warn"; null leaves it to the shipper's own settings.</summary>
    public string? LogLevel { get; init; }

    /// <summary>Further flags, "--role", "web".</summary>
    public IReadOnlyList<string> Identity { get; init; } = [];

    /// <summary>Ships files.</summary>
    public IReadOnlyList<string> Run(IEnumerable<string> watch, params IEnumerable<string> further) =>
        ["run", "--exit-with-stdin", .. Common(), .. watch.SelectMany(glob => new[] { "--watch", glob }), .. further];

    /// <summary>Runs a program as a workload and ships what it says.</summary>
    public IReadOnlyList<string> Exec(string name, string program, IEnumerable<string> arguments) =>
        ["exec", .. Common(), "--name", name, "--", program, .. arguments];

    private IEnumerable<string> Common() =>
    [
        "--gateway", Gateway,
        "--data", Data,
        "--stop-wait", DurationText.Format(StopWait),
        .. TokenFile is null ? Array.Empty<string>() : ["--token-file", TokenFile],
        .. CertificateAuthority is null ? Array.Empty<string>() : ["--ca", CertificateAuthority],
        .. LogLevel is null ? Array.Empty<string>() : ["--log-level", LogLevel],
        .. Identity,
    ];
}
