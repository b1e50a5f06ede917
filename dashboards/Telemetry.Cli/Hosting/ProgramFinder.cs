namespace Telemetry.Cli.Hosting;

/// <summary>
/// Finds a program that belongs to this one: beside it when installed, in the build's output when run from the source tree.
/// </summary>
internal static class ProgramFinder
{
    private const string SolutionFile = "Telemetry.sln";

    /// <summary>Full path of the program, or null. A published one is preferred, then the newest built.</summary>
    /// <param name="name">File name, "telemetry-shipper".</param>
    /// <param name="project">Project that makes it, "Telemetry.Shipper".</param>
    /// <param name="baseDirectory">Directory of this program.</param>
    public static string? Find(string name, string project, string baseDirectory)
    {
        var beside = Path.Combine(baseDirectory, name);
        if (File.Exists(beside))
        {
            return beside;
        }

        if (TreeAbove(baseDirectory) is not { } tree)
        {
            return null;
        }

        var published = Path.Combine(tree, "artifacts", "publish", name);
        return File.Exists(published) && CanRun(published)
            ? published
            : NewestBuilt(Path.Combine(tree, "artifacts", "bin", project), name);
    }

    /// <summary>Root of the source tree that this program was built in; null when installed.</summary>
    public static string? TreeAbove(string directory)
    {
        for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, SolutionFile)))
            {
                return at.FullName;
            }
        }

        return null;
    }

    private static string? NewestBuilt(string folder, string name) => !Directory.Exists(folder) ? null
        : new DirectoryInfo(folder).EnumerateFiles(name, SearchOption.AllDirectories)
            .Where(file => CanRun(file.FullName))
            .MaxBy(file => file.LastWriteTimeUtc)?.FullName;

    // A host built for net9.0 exists only to be published; the runtime to start it may be missing.
    private static bool CanRun(string path) =>
        !OperatingSystem.IsWindows()
        && (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0
        && !(File.Exists($"{path}.runtimeconfig.json")
            && !path.Contains($"net{Environment.Version.Major}.", StringComparison.Ordinal)
            && path.Contains("_net", StringComparison.Ordinal));
}
