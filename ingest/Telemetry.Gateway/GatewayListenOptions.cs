using System.Net;

namespace Telemetry.Gateway;

/// <summary>Where a gateway listens and how it is protected there.</summary>
public sealed record GatewayListenOptions
{
    /// <summary>Address. Default 127.0.0.1.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port; 0 takes a free one. Default 4319.</summary>
    public int Port { get; init; } = 4319;

    /// <summary>PEM file of the server's certificate, with its chain; null is clear text.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of its key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Allows an address beyond loopback without TLS or tokens; a warning is logged at each start.</summary>
    public bool Insecure { get; init; }

    /// <summary>True with a certificate.</summary>
    public bool IsTls => CertificateFile is not null;

    /// <summary>True when only this machine can connect.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <summary>Whether a call has to show a token: always but on loopback in clear text, unless <see cref="Insecure"/>.</summary>
    public bool RequiresToken => !Insecure && (IsTls || !IsLoopback);

    /// <summary>
    /// What is wrong, one sentence each; empty is fine. Beyond loopback a certificate and at least one token are needed
    /// unless <see cref="Insecure"/>.
    /// </summary>
    /// <param name="hasTokens">Whether a token exists.</param>
    public IReadOnlyList<string> Validate(bool hasTokens)
    {
        List<string> problems = [];
        if (Port is < 0 or > 65535)
        {
            problems.Add($"The gRPC port has to be 0 to 65535, not {Port}.");
        }

        if (CertificateFile is null != KeyFile is null)
        {
            problems.Add("A certificate needs its key and a key its certificate: give both files or none.");
        }

        if (!IsLoopback && !Insecure && !IsTls)
        {
            problems.Add($"Listening on {Address} needs a TLS certificate and key: `telemetry tls create` makes them. "
                + "`--insecure` allows clear text.");
        }

        if (RequiresToken && !hasTokens)
        {
            problems.Add($"Listening on {Address} needs a token: `telemetry token create` makes one. "
                + "`--insecure` allows anyone.");
        }

        return problems;
    }
}
