namespace Telemetry.Cli.Configuration;

/// <summary>The settings table: flags, environment, file, help and <c>config show</c> come from here.</summary>
internal static class Settings
{
    private static readonly List<Setting> Rows = [];

    public static readonly Setting DataDirectory = Add(new("data.directory", SettingKind.Path, DataDirectoryDefault.Symbol,
        "Directory of bus, store, tokens and spool.")
        { Flag = "--data", ValueName = "DIR", ShortEnvironmentName = "TELEMETRY_DATA" });

    public static readonly Setting HttpListen = Add(new("http.listen", SettingKind.Address, "127.0.0.1",
        "Address of the console and the HTTP API.") { Flag = "--http-listen", ValueName = "ADDRESS" });

    public static readonly Setting HttpPort = Add(new("http.port", SettingKind.Port, "5080",
        "Port of the console and the HTTP API.") { Flag = "--http-port", ValueName = "PORT" });

    public static readonly Setting HttpNames = Add(new("http.names", SettingKind.List, "",
        "Names under which the console is reached, beside localhost and this machine's."));

    public static readonly Setting GrpcListen = Add(new("grpc.listen", SettingKind.Address, "127.0.0.1",
        "Address at which shippers deliver.") { Flag = "--grpc-listen", ValueName = "ADDRESS" });

    public static readonly Setting GrpcPort = Add(new("grpc.port", SettingKind.Port, "4319",
        "Port at which shippers deliver.") { Flag = "--grpc-port", ValueName = "PORT" });

    public static readonly Setting MetricsListen = Add(new("metrics.listen", SettingKind.Address, "127.0.0.1",
        "Address of /metrics and /healthz of a gateway or indexer by itself.") { Flag = "--metrics-listen", ValueName = "ADDRESS" });

    public static readonly Setting MetricsPort = Add(new("metrics.port", SettingKind.Port, "",
        "Port of /metrics and /healthz of a gateway or indexer by itself; without it there is none.")
        { Flag = "--metrics-port", ValueName = "PORT" });

    public static readonly Setting TlsCertificate = Add(new("tls.certificate", SettingKind.Path, "",
        "Certificate (PEM) of all listeners.") { Flag = "--tls-cert", ValueName = "FILE" });

    public static readonly Setting TlsKey = Add(new("tls.key", SettingKind.Path, "",
        "Private key (PEM) of the certificate.") { Flag = "--tls-key", ValueName = "FILE" });

    public static readonly Setting Insecure = Add(new("listen.insecure", SettingKind.Switch, "false",
        "Listen beyond loopback without TLS and tokens.") { Flag = "--insecure" });

    public static readonly Setting BusUrl = Add(new("bus.url", SettingKind.Url, "",
        "Kafka that is the bus, kafka://HOST:PORT[,HOST:PORT][?KEY=VALUE]; without it files in the data directory.")
        { Flag = "--bus", ValueName = "URL", ShortEnvironmentName = "TELEMETRY_BUS" });

    public static readonly Setting StoreUrl = Add(new("store.url", SettingKind.Url, "",
        "Elasticsearch that is the store, https://HOST:PORT[,HOST:PORT][?KEY=VALUE]; without it files in the data directory.")
        { Flag = "--store", ValueName = "URL", ShortEnvironmentName = "TELEMETRY_STORE" });

    public static readonly Setting StoreKeep = Add(new("store.keep", SettingKind.Duration, "7d",
        "Age at which stored documents are deleted; 8m or more.") { Flag = "--keep", ValueName = "DURATION" });

    public static readonly Setting StoreKeepBytes = Add(new("store.keep_bytes", SettingKind.Size, "20GiB",
        "Size of the store above which the oldest documents are deleted; 64MiB or more.") { Flag = "--keep-bytes", ValueName = "SIZE" });

    public static readonly Setting StoreKeepLifetimes = Add(new("store.keep_lifetimes", SettingKind.Duration, "90d",
        "Age at which lifetimes and crashes are deleted; 8m or more."));

    public static readonly Setting FieldsFile = Add(new("fields.file", SettingKind.Path, "",
        "File (YAML) of the attributes that become typed fields; without it fields.yaml beside the configuration file, if present.")
        { Flag = "--fields", ValueName = "FILE", ShortEnvironmentName = "TELEMETRY_FIELDS" });

    public static readonly Setting BusKeep = Add(new("bus.keep", SettingKind.Duration, "24h",
        "Age at which indexed bus segments are deleted."));

    public static readonly Setting BusKeepBytes = Add(new("bus.keep_bytes", SettingKind.Size, "10GiB",
        "Size of the bus above which the oldest indexed segments are deleted."));

    public static readonly Setting ShipperEnabled = Add(new("local_shipper.enabled", SettingKind.Switch, "true",
        "Run a shipper for this machine.")
        { Flag = "--no-shipper", FlagNegates = true, NegatedDescription = "Run no shipper for this machine." });

    public static readonly Setting ShipperWatch = Add(new("local_shipper.watch", SettingKind.List, "",
        "Files to ship, repeatable; without it the readable system logs.") { Flag = "--watch", ValueName = "GLOB" });

    public static readonly Setting ShipperBinary = Add(new("local_shipper.binary", SettingKind.Path, "",
        "The telemetry-shipper program; without it the one beside this program.")
        { ShortEnvironmentName = "TELEMETRY_SHIPPER" });

    public static readonly Setting ShipperDrain = Add(new("local_shipper.drain", SettingKind.Duration, "4s",
        "How long the shipper may deliver after a stop before it is killed; it resumes at the next start."));

    public static readonly Setting LogLevel = Add(new("log.level", SettingKind.Text, "info",
        "Least level on standard error: debug, info, warn or error.") { Flag = "--log-level", ValueName = "LEVEL" });

    public static readonly Setting ClientUrl = Add(new("client.url", SettingKind.Url, "http://127.0.0.1:5080",
        "Server that is asked.") { Flag = "--url", ValueName = "URL", ShortEnvironmentName = "TELEMETRY_URL" });

    public static readonly Setting ClientToken = Add(new("client.token", SettingKind.Text, "",
        "Token for a server beyond loopback.") { Secret = true });

    public static readonly Setting ClientTokenFile = Add(new("client.token_file", SettingKind.Path, "",
        "File that holds the token.") { Flag = "--token-file", ValueName = "FILE" });

    public static readonly Setting ClientCa = Add(new("client.ca", SettingKind.Path, "",
        "Certificate authority (PEM) of the server.") { Flag = "--ca", ValueName = "FILE" });

    /// <summary>The table in its order.</summary>
    public static IReadOnlyList<Setting> All => Rows;

    /// <summary>Finds a setting by its key.</summary>
    public static Setting? Find(string key) => Rows.Find(row => row.Key == key);

    private static Setting Add(Setting setting)
    {
        Rows.Add(setting);
        return setting;
    }
}
