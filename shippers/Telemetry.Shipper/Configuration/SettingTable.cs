namespace Telemetry.Shipper.Configuration;

/// <summary>Everything that can be configured, with its default. Help, environment, file and <c>config show</c> come from here.</summary>
internal static class SettingTable
{
    public static readonly IReadOnlyList<Setting> All =
    [
        new("watch", SettingKind.List, "GLOB", "",
            "Files to read, from their beginning; *, **, ?, [a-z] and {a,b}. Repeatable.", Verbs.Run),
        new("name", SettingKind.Text, "NAME", "",
            "Name of the stream (pipe) or of the workload (exec: the command's name).", Verbs.Pipe | Verbs.Exec),
        new("version", SettingKind.Text, "VERSION", "", "Version of the workload.", Verbs.Exec),
        new("workload-image", SettingKind.Text, "IMAGE", "", "Image that the workload was made from.", Verbs.Exec),
        new("workload-id", SettingKind.Text, "ID", "",
            "Id of this run of the workload; random unless given.", Verbs.Exec),
        new("quiet", SettingKind.Switch, "on|off", "off", "Do not pass the command's output through.", Verbs.Exec),

        new("socket", SettingKind.Text, "PATH", "",
            "Unix socket for applications of this server, /run/telemetry/shipper.sock; none unless given.", Verbs.Run),
        new("socket-mode", SettingKind.Text, "MODE", "0666", "Who may connect to the socket, octal.", Verbs.Run),
        new("socket-spool", SettingKind.Size, "SIZE", "32MiB",
            "Most disk for one application of the socket.", Verbs.Run) { Range = new("24MiB", "1TiB") },

        new("gateway", SettingKind.List, "URL", "http://127.0.0.1:4319",
            "Where to ship to. Repeatable: tried in turn.", Verbs.All),
        new("token-file", SettingKind.Text, "FILE", "",
            "File with the bearer token; read again for each call.", Verbs.All),
        new("token", SettingKind.Text, "TOKEN", "",
            "The bearer token itself; in the environment, not on the command line.", Verbs.All) { IsSecret = true },
        new("ca", SettingKind.Text, "FILE", "",
            "PEM file with the only roots to trust; the machine's unless given.", Verbs.All),
        new("insecure", SettingKind.Switch, "on|off", "off", "Send a token without TLS beyond loopback.", Verbs.All),
        new("data", SettingKind.Text, "DIR", "",
            "Where positions and the spool are kept; else $TELEMETRY_DATA/shipper, /var/lib or ~/.local/share/telemetry/shipper.", Verbs.All),

        new("identity", SettingKind.Text, "FILE", "/etc/telemetry/identity.json",
            "Identity of the server, baked into its image.", Verbs.All),
        new("instance-id", SettingKind.Text, "ID", "",
            "Id of the server; else the file's, else the machine id.", Verbs.All),
        new("boot-id", SettingKind.Text, "ID", "", "Id of this boot; else the kernel's.", Verbs.All),
        new("host-name", SettingKind.Text, "NAME", "", "Host name; else the kernel's.", Verbs.All),
        new("role", SettingKind.Text, "ROLE", "", "What the server is for.", Verbs.All),
        new("zone", SettingKind.Text, "ZONE", "", "Availability zone or rack.", Verbs.All),
        new("tenant", SettingKind.Text, "TENANT", "", "Whose data this is.", Verbs.All),
        new("image", SettingKind.Text, "IMAGE", "", "What the server was made from.", Verbs.All),
        new("time-zone", SettingKind.Text, "ZONE", "",
            "IANA time zone of times without one; else the host's.", Verbs.All),
        new("label", SettingKind.List, "KEY=VALUE", "", "Free label. Repeatable.", Verbs.All),

        new("group", SettingKind.Switch, "on|off", "on", "Join the lines of a stack trace into one record.", Verbs.All),
        new("max-record", SettingKind.Size, "SIZE", "256KiB",
            "Most of a record that is kept; the rest is declared lost.", Verbs.All) { Range = new("1KiB", "256KiB") },
        new("group-lines", SettingKind.Number, "N", "1000",
            "Most lines that are joined.", Verbs.All) { Range = new("1", "1000000") },
        new("group-wait", SettingKind.Duration, "TIME", "300ms",
            "How long a line waits for lines that continue it.", Verbs.All),
        new("line-wait", SettingKind.Duration, "TIME", "5s", "How long a line without an end waits for it.", Verbs.All),
        new("scan-every", SettingKind.Duration, "TIME", "1s", "How often the patterns are matched anew.", Verbs.Run),
        new("poll-every", SettingKind.Duration, "TIME", "100ms", "How often open files are looked at.", Verbs.Run),

        new("batch", SettingKind.Size, "SIZE", "256KiB",
            "Content of a batch, uncompressed.", Verbs.All) { Range = new("1KiB", "4MiB") },
        new("batch-wait", SettingKind.Duration, "TIME", "100ms", "How long a batch waits to fill.", Verbs.All),
        new("window-batches", SettingKind.Number, "N", "8",
            "Batches that may be unacknowledged at a time.", Verbs.All) { Range = new("1", "1024") },
        new("window", SettingKind.Size, "SIZE", "4MiB",
            "Bytes that may be unacknowledged at a time.", Verbs.All) { Range = new("1KiB", "256MiB") },
        new("ack-timeout", SettingKind.Duration, "TIME", "15s",
            "Without an acknowledgement for so long the connection is made anew.", Verbs.All),
        new("spool", SettingKind.Size, "SIZE", "256MiB",
            "Most disk for what cannot be read again.", Verbs.All) { Range = new("24MiB", "1TiB") },
        new("when-full", SettingKind.Text, "block|shed", "",
            "What a full spool does: stop reading (pipe), or drop and declare it (exec).", Verbs.Pipe | Verbs.Exec),
        new("heartbeat", SettingKind.Duration, "TIME", "2s", "How often a sign of life is sent.", Verbs.All),
        new("stop-wait", SettingKind.Duration, "TIME", "5s", "How long a stop waits for acknowledgements.", Verbs.All),
        new("seal-on-stop", SettingKind.Text, "REASON", "",
            "The end of this process is the end of the server: seal the lifetime.", Verbs.Run),
        new("exit-with-stdin", SettingKind.Switch, "on|off", "off",
            "Stop when standard input ends: whoever started this is gone.", Verbs.Run),
        new("log-level", SettingKind.Text, "LEVEL", "info", "debug, info, warn or error.", Verbs.All),
    ];

    public static Setting? Find(string name) => All.FirstOrDefault(s => s.Name == name);
}
