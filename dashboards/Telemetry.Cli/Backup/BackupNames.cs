using System.Text.RegularExpressions;

namespace Telemetry.Cli.Backup;

/// <summary>
/// The files of a backup, named as in a data directory. What is not in this list is neither written nor taken back, so that no
/// archive reaches beyond the directory that it is restored to.
/// </summary>
internal static partial class BackupNames
{
    public const string Manifest = "manifest.json";

    /// <summary>Files of the data directory itself. Private keys are not among them: they are made anew, or kept elsewhere.</summary>
    public static readonly string[] Plain = ["tokens.json", "holds.json", "audit.log"];

    public static bool IsKnown(string name) => Known().IsMatch(name);

    [GeneratedRegex(
        """
        \A(?:store/(?:critical|bulk)/(?:state\.db|docs-[0-9]{10}\.db(?:-wal|\.damaged)?)
        |bus/(?:critical|bulk)/(?:[0-9a-f]{8}\.seg|head)
        |deadletters/(?:critical|bulk)/[0-9A-Za-z_-]{1,120}\.dead
        |tokens\.json|holds\.json|audit\.log)\z
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Known();
}
