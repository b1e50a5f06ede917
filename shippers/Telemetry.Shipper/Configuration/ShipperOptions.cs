using System.Text;
using Telemetry.Shipper.Applications;
using Telemetry.Shipper.Files;
using Telemetry.Shipper.Text;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Native;
using Telemetry.Shipping.Sending;

namespace Telemetry.Shipper.Configuration;

/// <summary>The settings with their types.</summary>
internal sealed record ShipperOptions
{
    /// <summary>The kernel's limit without the zero at its end.</summary>
    private const int MaxSocketPathBytes = 107;

    private const int AllPermissions = 0x1FF;

    /// <summary>There may be many applications, and each has its own window.</summary>
    private const int SocketWindowBytes = 1 << 20;

    public required string DataDirectory { get; init; }

    public required LaneOptions Lanes { get; init; }

    public required TailerOptions Tailer { get; init; }

    /// <summary>Null is no socket for applications.</summary>
    public SocketOptions? Socket { get; init; }

    /// <summary>How an application of the socket keeps and sends.</summary>
    public required LaneOptions SocketLanes { get; init; }

    public TimeSpan HeartbeatEvery { get; init; }

    public TimeSpan StopWait { get; init; }

    /// <summary>Reason of the seal that a stop writes; empty is no seal.</summary>
    public string SealOnStop { get; init; } = "";

    /// <summary>The end of standard input is a request to stop.</summary>
    public bool ExitWithInput { get; init; }

    /// <summary>A full spool drops what comes, and declares it; else it stops reading.</summary>
    public bool ShedWhenFull { get; init; }

    public LogLevel LogLevel { get; init; }

    /// <summary>Reads the settings of a command. What contradicts itself is added to the problems.</summary>
    public static ShipperOptions From(Settings settings, Verbs verb, IReadOnlyDictionary<string, string> environment,
        ICollection<string> problems)
    {
        var addresses = settings["gateway"].Values.Where(g => Uri.TryCreate(g, UriKind.Absolute, out _)).Select(g => new Uri(g)).ToList();
        var tokenFile = settings.Text("token-file");
        var token = settings.Text("token");
        CheckToken(settings, addresses, tokenFile, token, problems);
        var scan = new ScanOptions(IsOn(settings, "group"), (int)Size(settings, "max-record"), Number(settings, "group-lines"));
        var lanes = new LaneOptions
        {
            Gateway = new GatewayOptions
            {
                Addresses = addresses,
                Token = tokenFile.Length > 0 ? () => TokenFile.Read(tokenFile) : token.Length > 0 ? () => token : null,
                CaFile = settings.Text("ca") is { Length: > 0 } ca ? ca : null,
            },
            Sender = new SenderOptions
            {
                WindowBatches = Number(settings, "window-batches"),
                WindowBytes = (int)Size(settings, "window"),
                AckTimeout = Time(settings, "ack-timeout"),
            },
            SpoolBytes = Size(settings, "spool"),
        };
        return new ShipperOptions
        {
            DataDirectory = Path.GetFullPath(DataDirectoryOf(settings.Text("data"), environment)),
            Lanes = lanes,
            Socket = SocketOf(settings, problems),
            SocketLanes = lanes with
            {
                Sender = lanes.Sender with { WindowBytes = Math.Min(lanes.Sender.WindowBytes, SocketWindowBytes) },
                SpoolBytes = Size(settings, "socket-spool"),
            },
            Tailer = new TailerOptions
            {
                Watch = settings["watch"].Values.Select(p => new Glob(p)).ToList(),
                Scan = scan,
                BatchBytes = (int)Size(settings, "batch"),
                BatchWait = Time(settings, "batch-wait"),
                PollEvery = Time(settings, "poll-every"),
                ScanEvery = Time(settings, "scan-every"),
                GroupWait = Time(settings, "group-wait"),
                LineWait = Time(settings, "line-wait"),
                MaxPlans = Number(settings, "window-batches") * 2,
                MaxBodyBytes = (int)Size(settings, "window"),
            },
            HeartbeatEvery = Time(settings, "heartbeat"),
            StopWait = Time(settings, "stop-wait"),
            SealOnStop = settings.Text("seal-on-stop"),
            ExitWithInput = IsOn(settings, "exit-with-stdin"),
            ShedWhenFull = settings.Text("when-full") is { Length: > 0 } full ? full == "shed" : verb == Verbs.Exec,
            LogLevel = Enum.TryParse<LogLevel>(settings.Text("log-level"), ignoreCase: true, out var level) ? level : LogLevel.Info,
        };
    }

    public static bool IsOn(Settings settings, string name) => settings.Text(name) is "on" or "true";

    private static SocketOptions? SocketOf(Settings settings, ICollection<string> problems)
    {
        var path = settings.Text("socket");
        if (path.Length == 0)
        {
            return null;
        }

        if (Encoding.UTF8.GetByteCount(Path.GetFullPath(path)) > MaxSocketPathBytes)
        {
            problems.Add($"The socket's path '{path}' has more than {MaxSocketPathBytes} bytes.");
        }

        try
        {
            var mode = Convert.ToInt32(settings.Text("socket-mode"), 8);
            return new SocketOptions(Path.GetFullPath(path), (UnixFileMode)(mode & AllPermissions));
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            problems.Add($"'socket-mode' is '{settings.Text("socket-mode")}'; it has to be octal, like 0660.");
            return null;
        }
    }

    private static void CheckToken(Settings settings, List<Uri> addresses, string tokenFile, string token, ICollection<string> problems)
    {
        if (tokenFile.Length > 0 && !File.Exists(tokenFile))
        {
            problems.Add($"The token file '{tokenFile}' does not exist.");
        }

        if (settings.Text("ca") is { Length: > 0 } ca && !File.Exists(ca))
        {
            problems.Add($"The CA file '{ca}' does not exist.");
        }

        if ((tokenFile.Length > 0 || token.Length > 0) && !IsOn(settings, "insecure")
            && addresses.FirstOrDefault(a => a.Scheme == "http" && !a.IsLoopback) is { } open)
        {
            problems.Add($"The token would go to {open.GetLeftPart(UriPartial.Authority)} without TLS; use https, or --insecure.");
        }
    }

    private static string DataDirectoryOf(string configured, IReadOnlyDictionary<string, string> environment)
    {
        if (configured.Length > 0)
        {
            return configured;
        }

        if (environment.TryGetValue("TELEMETRY_DATA", out var data) && data.Length > 0)
        {
            return Path.Combine(data, "shipper");
        }

        return LibC.GetEffectiveUser() == 0
            ? "/var/lib/telemetry/shipper"
            : Path.Combine(environment.GetValueOrDefault("HOME", "."), ".local/share/telemetry/shipper");
    }

    private static long Size(Settings settings, string name) => Units.TrySize(settings.Text(name), out var size) ? size : 0;

    private static TimeSpan Time(Settings settings, string name) =>
        Units.TryDuration(settings.Text(name), out var time) ? time : TimeSpan.FromSeconds(1);

    private static int Number(Settings settings, string name) => int.TryParse(settings.Text(name), out var number) ? number : 1;
}
