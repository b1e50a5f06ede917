namespace Telemetry.Tests.Support.Servers;

/// <summary>The folder of real servers: TELEMETRY_SERVERS, else <c>shared/servers</c> beside the repository.</summary>
public static class ServerFolder
{
    /// <summary>Where it is, whether it is there or not.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("TELEMETRY_SERVERS") is { Length: > 0 } folder
        ? folder
        : System.IO.Path.GetFullPath(System.IO.Path.Combine(Installation.Repository, "../shared/servers"));

    /// <summary>A file in it.</summary>
    public static string In(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>False, with the reason, where a server's start script is not there.</summary>
    public static bool Has(string script, string server, out string reason)
    {
        reason = File.Exists(In(script)) ? "" : $"No {server} to test against: {In(script)} is not there; TELEMETRY_SERVERS names another folder.";
        return reason.Length == 0;
    }
}
