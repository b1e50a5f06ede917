using System.Runtime.Versioning;
using Telemetry.Wire;

namespace Telemetry.Cli.Hosting;

/// <summary>Where each part's files lie.</summary>
internal sealed record DataDirectory(string Path)
{
    /// <summary>Written at the start to see that writing works: a full disk refuses this much.</summary>
    private const int ProbeBytes = 64 << 10;

    public string Bus => In("bus");

    public string Store => In("store");

    /// <summary>Documents and state of one lane.</summary>
    public string StoreOf(Lane lane) => System.IO.Path.Combine(Store, lane == Lane.Critical ? "critical" : "bulk");

    public string Shipper => In("shipper");

    public string Demo => In("demo");

    /// <summary>There while a restore has not put everything in its place.</summary>
    public string Restoring => In(".restoring");

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Creates it and sees that it can be written.</summary>
    /// <exception cref="CliFailure">It cannot, or a restore into it was not finished; exit 2.</exception>
    public void Prepare()
    {
        if (Directory.Exists(Restoring))
        {
            throw CliFailure.Usage(
                $"A restore into {Path} was not finished; empty the directory and restore again, or choose another with --data DIR.");
        }

        try
        {
            MakePrivate();
            var probe = In($".probe-{Environment.ProcessId}");
            try
            {
                using var file = new FileStream(probe, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
                file.Write(new byte[ProbeBytes]);
                file.Flush(flushToDisk: true);
            }
            finally
            {
                File.Delete(probe);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliFailure.Usage($"The data directory {Path} cannot be written ({Reason(e)}); choose another with --data DIR.");
        }
    }

    // Log lines hold what their writers should not have logged. A directory with other people's files in it is left as it is:
    // somebody may have said --data /tmp.
    private void MakePrivate()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path);
            return;
        }

        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        var mode = Directory.CreateDirectory(Path, owner).UnixFileMode;
        if ((mode & others) != 0 && IsOurs())
        {
            TrySetMode(mode & ~others);
        }
    }

    private bool IsOurs()
    {
        var names = Directory.EnumerateFileSystemEntries(Path).Select(System.IO.Path.GetFileName).ToHashSet(StringComparer.Ordinal);
        return names.Count == 0 || names.Contains("bus") || names.Contains("store") || names.Contains("tokens.json");
    }

    [UnsupportedOSPlatform("windows")]
    private void TrySetMode(UnixFileMode mode)
    {
        try
        {
            File.SetUnixFileMode(Path, mode);
        }
        catch (UnauthorizedAccessException)
        {
            // It belongs to another user, who gave us access; who else has it is theirs to say.
        }
    }

    private static string Reason(Exception e) => e.Message.Split(" : '")[0].TrimEnd('.');
}
