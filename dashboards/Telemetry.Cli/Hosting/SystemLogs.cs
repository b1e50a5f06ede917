namespace Telemetry.Cli.Hosting;

/// <summary>What is watched when nobody says: the system's plain logs, as far as they can be read.</summary>
internal static class SystemLogs
{
    private static readonly string[] Candidates = ["*.log", "syslog", "messages"];

    /// <summary>Globs; empty when nothing can be read.</summary>
    public static IReadOnlyList<string> Find(string directory = "/var/log") =>
        [.. Candidates.Where(pattern => AnyReadable(directory, pattern)).Select(pattern => Path.Combine(directory, pattern))];

    private static bool AnyReadable(string directory, string pattern)
    {
        try
        {
            return Directory.EnumerateFiles(directory, pattern).Any(CanRead);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether a file can be opened for reading. Does not throw.</summary>
    public static bool CanRead(string path)
    {
        try
        {
            using var file = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
