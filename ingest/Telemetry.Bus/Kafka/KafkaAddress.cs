using System.Globalization;
using System.Text;

namespace Telemetry.Bus.Kafka;

/// <summary>Reads one <c>kafka://</c> address into options and collects everything that is wrong with it.</summary>
internal sealed class KafkaAddress
{
    private const string Scheme = "kafka://";
    private const int MaxBrokers = 100;
    private readonly List<string> _problems = [];
    private readonly Dictionary<string, string> _client = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private KafkaOptions _options = new() { Brokers = "" };

    public IReadOnlyList<string> Problems => _problems;

    public KafkaOptions Read(string address)
    {
        if (!address.StartsWith(Scheme, StringComparison.Ordinal))
        {
            _problems.Add("The address of a Kafka bus begins with kafka://.");
            return _options;
        }

        var rest = address[Scheme.Length..];
        var query = rest.IndexOf('?', StringComparison.Ordinal);
        var hosts = query < 0 ? rest : rest[..query];
        _options = _options with { Brokers = ReadBrokers(hosts.TrimEnd('/')) };
        foreach (var pair in query < 0 ? [] : rest[(query + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            ReadPair(pair);
        }

        if (_options.MinInSync > _options.Replication)
        {
            _problems.Add($"min_isr={_options.MinInSync} is more than replication={_options.Replication}: with fewer copies "
                + "nothing could ever be acknowledged.");
        }

        return _options with { Client = _client };
    }

    public static string Redact(KafkaOptions options)
    {
        var text = new StringBuilder(Scheme).Append(options.Brokers)
            .Append(CultureInfo.InvariantCulture, $"?prefix={options.Prefix}&partitions={options.Partitions}")
            .Append(CultureInfo.InvariantCulture, $"&replication={options.Replication}&min_isr={options.MinInSync}")
            .Append(options.Flush ? "&flush=true" : "")
            .Append(CultureInfo.InvariantCulture, $"&group={options.Group}&queue_bytes={options.QueueBytes}");
        foreach (var (key, value) in options.Client.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            text.Append('&').Append(key).Append('=').Append(KafkaKeys.IsSecret(key) ? "***" : value);
        }

        return text.ToString();
    }

    private string ReadBrokers(string hosts)
    {
        if (hosts.Contains('@', StringComparison.Ordinal))
        {
            _problems.Add("Credentials do not belong before the host: use sasl.username and sasl.password_file.");
            return "";
        }

        var brokers = hosts.Split(',');
        if (brokers.Length > MaxBrokers)
        {
            _problems.Add($"{brokers.Length} brokers are named; {MaxBrokers} are more than enough to begin with.");
            return "";
        }

        return string.Join(',', brokers.Select(ReadBroker));
    }

    private string ReadBroker(string broker)
    {
        var colon = broker.LastIndexOf(':');
        var isBareIPv6 = broker.StartsWith('[') && broker.EndsWith(']');
        var host = colon < 0 || isBareIPv6 ? broker : broker[..colon];
        var port = 9092;
        var isPort = host.Length == broker.Length
            || (int.TryParse(broker[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535);
        var isHost = host.StartsWith('[')
            ? host.EndsWith(']') && Uri.CheckHostName(host[1..^1]) == UriHostNameType.IPv6
            : Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
        if (!isHost || !isPort)
        {
            _problems.Add($"'{Shown(broker)}' is no host:port.");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
    }

    private void ReadPair(string pair)
    {
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        var key = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
        var value = equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]);
        if (value.Length == 0 || value.Any(char.IsControl))
        {
            _problems.Add($"'{Shown(key)}' needs a value of printable characters.");
        }
        else if (!_seen.Add(key))
        {
            _problems.Add($"'{Shown(key)}' is given twice.");
        }
        else if (!ReadOwn(key, value))
        {
            ReadClient(key, value);
        }
    }

    private bool ReadOwn(string key, string value)
    {
        switch (key)
        {
            case "prefix":
                _options = _options with { Prefix = Name(key, value, 150) };
                return true;
            case "partitions":
                _options = _options with { Partitions = (int)Number(key, value, 1, 1024) };
                return true;
            case "replication":
                _options = _options with { Replication = (int)Number(key, value, 1, 32) };
                return true;
            case "min_isr":
                _options = _options with { MinInSync = (int)Number(key, value, 1, 32) };
                return true;
            case "flush":
                _options = _options with { Flush = Truth(key, value) };
                return true;
            case "group":
                _options = _options with { Group = Name(key, value, 150) };
                return true;
            case "member":
                _options = _options with { Member = Name(key, value, 150) };
                return true;
            case "queue_bytes":
                _options = _options with { QueueBytes = Size(key, value) };
                return true;
            case "retention.ms":
                _options = _options with { RetentionMs = Number(key, value, -1, long.MaxValue) };
                return true;
            case "retention.bytes":
                _options = _options with { RetentionBytes = Number(key, value, -1, long.MaxValue) };
                return true;
            case "sasl.password_file":
                ReadPasswordFile(value);
                return true;
            default:
                return false;
        }
    }

    private void ReadClient(string key, string value)
    {
        if (KafkaKeys.Refusal(key) is { } reason)
        {
            _problems.Add($"'{Shown(key)}' cannot be set: {reason}");
        }
        else if (!key.Contains('.', StringComparison.Ordinal))
        {
            _problems.Add($"'{Shown(key)}' is no setting of a Kafka bus.");
        }
        else if (LibrdkafkaSettings.FindProblem(key, value) is { } problem)
        {
            // librdkafka's own text may quote the value.
            _problems.Add(KafkaKeys.IsSecret(key) ? $"'{Shown(key)}' has no valid value." : $"'{Shown(key)}': {problem}");
        }
        else
        {
            _client[key] = value;
        }
    }

    private void ReadPasswordFile(string path)
    {
        try
        {
            var password = File.ReadAllText(path).TrimEnd('\r', '\n');
            if (password.Length is 0 or > 4096)
            {
                _problems.Add($"sasl.password_file '{Shown(path)}' has to hold one password.");
            }
            else
            {
                _client["sasl.password"] = password;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            _problems.Add($"sasl.password_file '{Shown(path)}' cannot be read: {e.Message}");
        }
    }

    private string Name(string key, string value, int maxLength)
    {
        if (value.Length > maxLength || value is "." or ".." || !value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            _problems.Add($"'{key}' has to be 1 to {maxLength} letters, digits, '.', '_' or '-', not '{Shown(value)}'.");
        }

        return value;
    }

    private long Number(string key, string value, long min, long max)
    {
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            || number < min || number > max)
        {
            _problems.Add(max == long.MaxValue
                ? $"'{key}' has to be a number from {min} on, not '{Shown(value)}'."
                : $"'{key}' has to be a number from {min} to {max}, not '{Shown(value)}'.");
            return min;
        }

        return number;
    }

    private bool Truth(string key, string value)
    {
        if (value is not ("true" or "false"))
        {
            _problems.Add($"'{key}' has to be true or false, not '{Shown(value)}'.");
        }

        return value == "true";
    }

    private long Size(string key, string value)
    {
        const long Min = 8L << 20;
        const long Max = 64L << 30;
        var digits = value.TakeWhile(char.IsAsciiDigit).Count();
        var shift = value[digits..] switch { "" => 0, "KiB" => 10, "MiB" => 20, "GiB" => 30, _ => -1 };
        if (shift < 0 || !long.TryParse(value.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > Max >> shift || number << shift < Min)
        {
            _problems.Add($"'{key}' has to be a size from 8MiB to 64GiB, not '{Shown(value)}'.");
            return Min;
        }

        return number << shift;
    }

    /// <summary>What came from outside, short and printable.</summary>
    private static string Shown(string text) =>
        string.Concat(text.Take(60).Select(c => char.IsControl(c) ? '?' : c)) + (text.Length > 60 ? "…" : "");
}
