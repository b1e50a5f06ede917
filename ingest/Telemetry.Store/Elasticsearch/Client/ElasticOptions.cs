using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Telemetry.Store.Elasticsearch;

/// <summary>
/// Which Elasticsearch is the store and how it is spoken to. Written as
/// <c>http(s)://[USER[:PASSWORD]@]HOST:PORT[,HOST:PORT…][/PREFIX][?KEY=VALUE&amp;…]</c> with the keys of <see cref="Keys"/>.
/// Printing shows no credential.
/// </summary>
public sealed record ElasticOptions
{
    /// <summary>What may stand behind the question mark.</summary>
    public const string Keys = "namespace, api_key_file, password_file, ca, fingerprint, gzip";

    /// <summary>Addresses, each with the prefix and without a slash at its end; all are the same cluster. At least one.</summary>
    public required IReadOnlyList<Uri> Hosts { get; init; }

    /// <summary>Last part of the names of data streams and indices: a-z, 0-9, _ and dot, at most 100. <c>namespace</c>, "default".</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>For basic authentication; "" is none.</summary>
    public string User { get; init; } = "";

    /// <summary>Of the user; from the URL or, better, from <c>password_file</c>.</summary>
    public string Password { get; init; } = "";

    /// <summary>An API key as Elasticsearch hands it out encoded, or <c>ID:KEY</c>; from <c>api_key_file</c>. "" is none.</summary>
    public string ApiKey { get; init; } = "";

    /// <summary>PEM file of the authorities that are trusted instead of the system's; <c>ca</c>. "" is the system's.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>
    /// SHA-256 of the one certificate that is trusted, 64 hex digits in upper case: the server's own, whatever name it bears, or its
    /// authority's. <c>fingerprint</c>, with colons or without. "" is none.
    /// </summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>Whether requests are compressed; <c>gzip</c>; true unless every host is this machine, where it costs more than it saves.</summary>
    public bool Gzip { get; init; } = true;

    /// <summary>Longest answer that is read, bytes.</summary>
    public int MaxAnswerBytes { get; init; } = 256 << 20;

    /// <summary>The URL without credentials, safe to log.</summary>
    public string Redacted =>
        $"{Hosts[0].Scheme}://{string.Join(',', Hosts.Select(host => host.Authority))}{Hosts[0].AbsolutePath.TrimEnd('/')}?namespace={Namespace}";

    /// <summary>Parses a store URL and reads the files it names. Does not throw.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="options">What it says.</param>
    /// <param name="problems">Everything that is wrong, one sentence each, without credentials.</param>
    public static bool TryParse(
        string url, [NotNullWhen(true)] out ElasticOptions? options, out IReadOnlyList<string> problems)
    {
        ArgumentNullException.ThrowIfNull(url);
        var parser = new ElasticUrl();
        options = parser.Parse(url);
        problems = parser.Problems;
        return options is not null;
    }

    /// <summary>True for <c>http://</c> and <c>https://</c>.</summary>
    public static bool IsElasticUrl(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc cref="Redacted"/>
    public override string ToString() => Redacted;

    // Replaces what the record would print of each member.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(Redacted);
        return true;
    }
}
