namespace Telemetry.Cli.Hosting;

/// <summary>Looks whether this user may read what is to be watched: the shipper waits for files that it cannot see.</summary>
internal static class WatchedFiles
{
    private static readonly char[] Wildcards = ['*', '?', '[', '{'];

    /// <summary>True when the folder of a pattern, or every file in it that matches, may not be read.</summary>
    public static bool IsForbidden(string glob)
    {
        var full = Path.GetFullPath(glob);
        var wildcard = full.IndexOfAny(Wildcards);
        var fixedPart = wildcard < 0 ? full : full[..wildcard];
        return IsForbidden(Path.GetDirectoryName(fixedPart) ?? "/", Path.GetFileName(full));
    }

    private static bool IsForbidden(string directory, string pattern)
    {
        // What is below a folder that may not be entered does not seem to exist.
        while (!Directory.Exists(directory))
        {
            directory = Path.GetDirectoryName(directory) ?? "/";
            pattern = "";
        }

        try
        {
            if (pattern.Length == 0)
            {
                _ = Directory.EnumerateFileSystemEntries(directory).Any();
                return false;
            }

            var files = Directory.GetFiles(directory, pattern);
            return files.Length > 0 && !files.Any(SystemLogs.CanRead);
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
