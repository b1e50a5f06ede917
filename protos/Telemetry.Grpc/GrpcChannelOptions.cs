using System.Net;

namespace Telemetry.Grpc;

/// <summary>How a <see cref="GrpcChannel"/> reaches its server.</summary>
public sealed record GrpcChannelOptions
{
    /// <summary>Scheme of a socket of this machine.</summary>
    public const string UnixScheme = "unix";

    /// <summary>
    /// Scheme, host and port. <c>http</c> is HTTP/2 in clear text with prior knowledge, <c>https</c> is TLS with ALPN,
    /// <c>unix:///run/x.sock</c> is clear text over a socket of this machine.
    /// </summary>
    public required Uri Address { get; init; }

    /// <summary>
    /// Asked before each call; what it returns goes out as <c>authorization: Bearer …</c>, null sends none. Sent over clear
    /// text as well: whether that is allowed is for the owner of the configuration.
    /// </summary>
    public Func<string?>? BearerToken { get; init; }

    /// <summary>PEM file with the only roots that are trusted; null trusts those of the machine. Names are checked either way.</summary>
    public string? CaFile { get; init; }

    /// <summary>Asked for a way to an <c>https</c> address, which is tunnelled through it; null connects directly.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>Bound on TCP connect and TLS handshake together. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest message taken from the server, bytes; compared before anything is allocated. Default 4 MiB.</summary>
    public int MaxReceiveBytes { get; init; } = 4 << 20;

    /// <summary>Name and version of the program, after "grpc-dotnet-". Default "telemetry/0.1.0".</summary>
    public string UserAgent { get; init; } = "telemetry/0.1.0";

    /// <summary>Clock of the deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal void ThrowIfInvalid()
    {
        if (Address is not { IsAbsoluteUri: true, Scheme: "http" or "https" or UnixScheme })
        {
            throw new ArgumentException($"'{Address}' is no address of a gRPC server; it looks like https://host:4319.");
        }

        if (CaFile is not null && Address.Scheme != "https")
        {
            throw new ArgumentException($"A CA file needs an https address, not '{Address}'.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxReceiveBytes);
    }
}
