namespace Telemetry.Cli.Configuration;

/// <summary>URLs as they may be printed.</summary>
internal static class UrlText
{
    private static readonly string[] Telling = ["password", "secret", "key", "token", "jaas"];

    /// <summary>
    /// Without a user's name and password, also where the text is no URL for all that is odd in it. A path with an @ loses more
    /// than it has to.
    /// </summary>
    public static string WithoutCredentials(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        var start = scheme < 0 ? 0 : scheme + "://".Length;
        var at = url.LastIndexOf('@');
        return at < start ? url : $"{url[..start]}(redacted)@{url[(at + 1)..]}";
    }

    /// <summary>The same, and without the values of what a query calls a password, a key or a secret.</summary>
    public static string WithoutSecrets(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        return query < 0
            ? WithoutCredentials(url)
            : $"{WithoutCredentials(url[..query])}?{string.Join('&', url[(query + 1)..].Split('&').Select(WithoutSecret))}";
    }

    private static string WithoutSecret(string pair)
    {
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        var key = equals < 0 ? pair : pair[..equals];
        var isFile = key.EndsWith("_file", StringComparison.OrdinalIgnoreCase) || key.EndsWith(".location", StringComparison.OrdinalIgnoreCase);
        var tells = !isFile && Telling.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase));
        return tells && equals >= 0 ? $"{key}=(redacted)" : pair;
    }
}
