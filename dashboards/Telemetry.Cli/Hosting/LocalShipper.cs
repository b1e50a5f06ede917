using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Supervision;
using Telemetry.Gateway.Authentication;

namespace Telemetry.Cli.Hosting;

/// <summary>The shipper of this machine as a supervised child, delivering to this process's gateway.</summary>
internal sealed class LocalShipper : IAsyncDisposable
{
    public const string TokenName = "this machine";

    private readonly CancellationTokenSource _stop = new();
    private readonly ChildSupervisor _supervisor;
    private readonly Task _running;

    private LocalShipper(ChildSupervisor supervisor)
    {
        _supervisor = supervisor;
        _running = supervisor.RunAsync(_stop.Token);
    }

    /// <summary>Process id; 0 while it is not running.</summary>
    public int ProcessId => _supervisor.ProcessId;

    /// <summary>Starts it.</summary>
    /// <param name="options">All options.</param>
    /// <param name="data">Its state lies in here.</param>
    /// <param name="program">Path of telemetry-shipper.</param>
    /// <param name="watch">Globs of files.</param>
    /// <param name="gateway">Where the gateway listens.</param>
    /// <param name="tokens">Where a token is made when the gateway asks for one.</param>
    /// <param name="time">Clock.</param>
    /// <param name="loggers">Logs.</param>
    public static LocalShipper Start(
        TelemetryOptions options, DataDirectory data, string program, IEnumerable<string> watch, Uri gateway,
        TokenStore tokens, TimeProvider time, ILoggerFactory loggers)
    {
        var arguments = new ShipperArguments
        {
            Gateway = Reachable(gateway),
            Data = data.Shipper,
            // It has to give up by itself before it is killed.
            StopWait = options.Shipper.Drain * 0.75,
            TokenFile = NeedsToken(options.Listen) ? TokenFile(data, tokens) : null,
            CertificateAuthority = options.Listen.HasTls ? options.Listen.TlsCertificate : null,
            LogLevel = LevelOf(options.LogLevel),
        };
        var spec = new ChildSpec("shipper", program, arguments.Run(watch), options.Shipper.Drain);
        return new LocalShipper(new ChildSupervisor(spec, time, Random.Shared, loggers.CreateLogger("Telemetry.Shipper")));
    }

    /// <summary>The URL at which this machine reaches a listener: one on all addresses is on loopback as well.</summary>
    public static string Reachable(Uri listener)
    {
        var any = IPAddress.TryParse(listener.Host.Trim('[', ']'), out var address)
            && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));
        return new UriBuilder(listener) { Host = any ? "127.0.0.1" : listener.Host }.Uri.GetLeftPart(UriPartial.Authority);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    // The default is left out, so that TELEMETRY_SHIPPER__LOG_LEVEL still counts.
    private static string? LevelOf(LogLevel level) => level switch
    {
        LogLevel.Debug => "debug",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => null,
    };

    private static bool NeedsToken(ListenerOptions listen) =>
        ListenerOptions.IsBeyondLoopback(listen.Grpc) && !listen.Insecure;

    private static string TokenFile(DataDirectory data, TokenStore tokens)
    {
        var file = Path.Combine(data.Shipper, "token");
        if (File.Exists(file) && tokens.Find(File.ReadAllText(file).Trim()) is not null)
        {
            return file;
        }

        Directory.CreateDirectory(data.Shipper);
        tokens.Revoke(TokenName);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(file, options);
        stream.Write(Encoding.ASCII.GetBytes(tokens.Create(TokenName)));
        return file;
    }
}
