using System.Globalization;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Benchmarks.ElasticPeers;

/// <summary>The bulk helper of Elasticsearch's official client for Node.</summary>
internal static class BulkHelperPeer
{
    private static readonly string Script = Path.Combine(Installation.Repository, "tests/Telemetry.Benchmarks/ElasticPeers/bulk-helper.mjs");

    /// <summary>False, with the reason, where it cannot be run.</summary>
    public static bool IsPresent(out string reason) => OfficialClient.Available(out reason);

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
        var command = OfficialClient.CommandOf(
            Script, elasticsearch.ToString(), documentFile, dataStream,
            options.BatchBytes.ToString(CultureInfo.InvariantCulture), options.Concurrency.ToString(CultureInfo.InvariantCulture));
        return await PeerRun.RunAsync(elasticsearch, documentFile, documents, dataStream, options, folder["output.log"], command);
    }
}
