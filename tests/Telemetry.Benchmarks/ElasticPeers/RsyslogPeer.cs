namespace Telemetry.Benchmarks.ElasticPeers;

/// <summary>Debian's rsyslog with omelasticsearch (packages rsyslog and rsyslog-elasticsearch).</summary>
internal static class RsyslogPeer
{
    private const string Program = "/usr/sbin/rsyslogd";
    private const string Module = "rsyslog/omelasticsearch.so";

    /// <summary>False, with the reason, where it cannot be run.</summary>
    public static bool IsPresent(out string reason)
    {
        var hasModule = File.Exists(Program) && Directory.EnumerateDirectories("/usr/lib").Any(folder => File.Exists(Path.Combine(folder, Module)));
        reason = hasModule ? "" : "rsyslog with omelasticsearch is not installed: apt-get install rsyslog rsyslog-elasticsearch";
        return hasModule;
    }

    /// <summary>Loads the documents into a data stream that exists or has a template.</summary>
    /// <param name="elasticsearch">Address of the store, http.</param>
    /// <param name="documentFile">As <see cref="PeerDocuments"/> says.</param>
    /// <param name="documents">Lines of the file.</param>
    /// <param name="dataStream">Its name; holds nothing yet.</param>
    /// <param name="options">How it is run; null is the defaults.</param>
    public static async Task<PeerResult> RunAsync(
        Uri elasticsearch, string documentFile, int documents, string dataStream, PeerOptions? options = null)
    {
        options ??= new PeerOptions();
        using var folder = new TemporaryDirectory();
        await File.WriteAllTextAsync(folder["rsyslog.conf"], RsyslogConfiguration.Of(elasticsearch, documentFile, dataStream, folder.Path, options));
        return await PeerRun.RunAsync(
            elasticsearch, documentFile, documents, dataStream, options, folder["output.log"],
            [Program, "-n", "-f", folder["rsyslog.conf"], "-i", folder["rsyslog.pid"]]);
    }
}
