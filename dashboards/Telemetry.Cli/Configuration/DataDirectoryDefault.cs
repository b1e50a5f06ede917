namespace Telemetry.Cli.Configuration;

/// <summary>Where data lies when nobody says: the system's place for root, the user's own otherwise.</summary>
internal static class DataDirectoryDefault
{
    /// <summary>Stands in the table for a default that depends on who runs.</summary>
    public const string Symbol = "~/.local/share/telemetry (root: /var/lib/telemetry)";

    /// <summary>The directory for this environment.</summary>
    public static string Resolve(IReadOnlyDictionary<string, string> environment, bool isRoot)
    {
        if (isRoot)
        {
            return "/var/lib/telemetry";
        }

        var data = environment.GetValueOrDefault("XDG_DATA_HOME", "");
        var home = environment.GetValueOrDefault("HOME", ".");
        return Path.Combine(Path.IsPathRooted(data) ? data : Path.Combine(home, ".local", "share"), "telemetry");
    }
}
