namespace Telemetry.Cli.Configuration;

/// <summary>URLs as they may be printed.</summary>
internal static class UrlText
{
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
}
