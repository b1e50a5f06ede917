using System.Globalization;

namespace Telemetry.Cli.Hosting;

/// <summary>
/// Holds one part's writing side of a data directory: one writer, any number of readers. The kernel lets go of the lock when
/// the process ends, however it ends.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <summary>Takes the lock of <paramref name="part"/> ("gateway", "indexer").</summary>
    /// <exception cref="CliFailure">Another process holds it; exit 2.</exception>
    public static DirectoryLock Take(DataDirectory data, string part)
    {
        var owner = data.In($"{part}.pid");
        FileStream file;
        try
        {
            file = new FileStream(data.In($"{part}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw CliFailure.Usage(
                $"The {part} of {data.Path} runs already{ProcessOf(owner)}; "
                + "stop it, or choose another directory with --data DIR.");
        }

        // Beside the lock and not in it: a locked file cannot be read by others.
        File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new DirectoryLock(file);
    }

    /// <summary>The same, but null when another process holds it.</summary>
    public static DirectoryLock? TryTake(DataDirectory data, string part)
    {
        try
        {
            return Take(data, part);
        }
        catch (CliFailure)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();

    private static string ProcessOf(string owner)
    {
        try
        {
            return $" as process {File.ReadAllText(owner).Trim()}";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
