namespace Telemetry.Cli.Configuration;

/// <summary>How the verbs that ask reach a server.</summary>
internal sealed record ClientOptions
{
    /// <summary>Default http://127.0.0.1:5080.</summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:5080");

    /// <summary>Bearer token; "" is none.</summary>
    public string Token { get; init; } = "";

    /// <summary>PEM file of the authority that the server's certificate comes from; "" means the system's.</summary>
    public string CertificateAuthority { get; init; } = "";

    public static ClientOptions Read(SettingReader reader, List<string> problems) => new()
    {
        Url = reader.Url(Settings.ClientUrl),
        Token = ReadToken(reader, problems),
        CertificateAuthority = reader.FullPath(Settings.ClientCa),
    };

    private static string ReadToken(SettingReader reader, List<string> problems)
    {
        var token = FindToken(reader, problems);
        if (!token.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return token;
        }

        // It would not pass as a header, and the token itself is not printed.
        problems.Add("the token holds a blank, a line break or another character that no token has");
        return "";
    }

    private static string FindToken(SettingReader reader, List<string> problems)
    {
        var file = reader.FullPath(Settings.ClientTokenFile);
        if (file.Length == 0)
        {
            return reader.Text(Settings.ClientToken);
        }

        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{file}: {e.Message}");
            return "";
        }
    }
}
