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

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Creates it and sees that it can be written.</summary>
    /// <exception cref="CliFailure">It cannot; exit 2.</exception>
    public void Prepare()
    {
        try
        {
            Directory.CreateDirectory(Path);
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

    private static string Reason(Exception e) => e.Message.Split(" : '")[0].TrimEnd('.');
}
