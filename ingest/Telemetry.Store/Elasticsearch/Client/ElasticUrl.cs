using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Telemetry.Store.Elasticsearch;

/// <summary>Takes a store URL apart and collects all that is wrong with it. Of credentials it says only where they came from.</summary>
internal sealed partial class ElasticUrl
{
    private readonly List<string> _problems = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private ElasticOptions _options = new() { Hosts = [] };

    public IReadOnlyList<string> Problems => _problems;

    public ElasticOptions? Parse(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal);
        var scheme = start < 0 ? "" : url[..start].ToLowerInvariant();
        if (scheme is not ("http" or "https"))
        {
            _problems.Add("The store's URL has to begin with http:// or https://.");
            return null;
        }

        var rest = url[(start + 3)..];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var (place, query) = question < 0 ? (rest, "") : (rest[..question], rest[(question + 1)..]);
        var slash = place.IndexOf('/', StringComparison.Ordinal);
        var (authority, prefix) = slash < 0 ? (place, "") : (place[..slash], place[slash..]);

        Authority(scheme, authority, prefix);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            Setting(equals < 0 ? pair : pair[..equals], equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]));
        }

        Agree(scheme);
        return _problems.Count == 0 ? _options : null;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9_.]{0,99}$")]
    private static partial Regex NamespaceShape();

    [GeneratedRegex("^[0-9A-F]{64}$")]
    private static partial Regex FingerprintShape();

    private void Authority(string scheme, string authority, string prefix)
    {
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            var colon = authority.IndexOf(':', StringComparison.Ordinal);
            var user = colon < at && colon >= 0 ? authority[..colon] : authority[..at];
            var password = colon < at && colon >= 0 ? authority[(colon + 1)..at] : "";
            _options = _options with { User = Uri.UnescapeDataString(user), Password = Uri.UnescapeDataString(password) };
        }

        List<Uri> hosts = [];
        foreach (var host in authority[(at + 1)..].Split(','))
        {
            // Uri leaves out a port that is the scheme's own, which is never Elasticsearch's by default.
            var hasPort = host.LastIndexOf(':') > host.LastIndexOf(']');
            if (hasPort && Uri.TryCreate($"{scheme}://{host}{prefix.TrimEnd('/')}", UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0)
            {
                hosts.Add(uri);
            }
            else
            {
                _problems.Add($"'{host}' is no host with a port, such as es-1:9200.");
            }
        }

        _options = _options with { Hosts = hosts };
    }

    private void Setting(string key, string value)
    {
        if (!_seen.Add(key))
        {
            _problems.Add($"'{key}' is given twice.");
            return;
        }

        switch (key)
        {
            case "namespace":
                Check(NamespaceShape().IsMatch(value), $"namespace '{value}' has to be 1 to 100 of a-z, 0-9, _ and dot, and begin with one of the first two.");
                _options = _options with { Namespace = value };
                break;
            case "api_key_file":
                _options = _options with { ApiKey = Secret(key, value) };
                break;
            case "password_file":
                Check(_options.Password.Length == 0, "The password is in the URL and in password_file; give one.");
                _options = _options with { Password = Secret(key, value) };
                break;
            case "ca":
                Try($"ca: '{value}' is no file of PEM certificates", () => Certificates(value));
                _options = _options with { CaFile = value };
                break;
            case "fingerprint":
                var digits = value.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
                Check(FingerprintShape().IsMatch(digits), "fingerprint has to be the 64 hex digits of a certificate's SHA-256.");
                _options = _options with { Fingerprint = digits };
                break;
            case "gzip":
                Check(value is "true" or "false", $"gzip has to be true or false, not '{value}'.");
                _options = _options with { Gzip = value == "true" };
                break;
            default:
                _problems.Add($"'{key}' is no setting of a store; there are {ElasticOptions.Keys}.");
                break;
        }
    }

    private void Agree(string scheme)
    {
        if (!_seen.Contains("gzip"))
        {
            // Within one machine it costs what it saves nowhere.
            _options = _options with { Gzip = !_options.Hosts.All(host => host.IsLoopback) };
        }

        Check(_options.ApiKey.Length == 0 || _options.User.Length == 0, "A user and an API key are given; give one.");
        Check(!_seen.Contains("password_file") || _options.User.Length > 0, "password_file needs a user, such as https://USER@HOST:PORT.");
        Check(_options.CaFile.Length == 0 || _options.Fingerprint.Length == 0, "ca and fingerprint are given; give one.");
        Check(
            scheme == "https" || (_options.CaFile.Length == 0 && _options.Fingerprint.Length == 0),
            "ca and fingerprint need https://: without TLS there is no certificate.");
    }

    private string Secret(string key, string path)
    {
        var secret = "";
        Try($"{key}: '{path}' cannot be read", () => secret = File.ReadAllText(path).Trim());
        Check(secret.Length > 0 || !File.Exists(path), $"{key}: '{path}' is empty.");
        return secret;
    }

    private static void Certificates(string path)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(path);
        if (certificates.Count == 0)
        {
            throw new IOException("it holds none");
        }
    }

    private void Try(string problem, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or System.Security.Cryptography.CryptographicException)
        {
            _problems.Add($"{problem}: {e.GetType().Name}.");
        }
    }

    private void Check(bool holds, string problem)
    {
        if (!holds)
        {
            _problems.Add(problem);
        }
    }
}
