using System.Globalization;

namespace Telemetry.Benchmarks.ElasticPeers;

/// <summary>The configuration with which Debian's rsyslog loads a file as omelasticsearch's documentation asks for.</summary>
internal static class RsyslogConfiguration
{
    /// <summary>
    /// The file is read by imfile into a queue in memory; batches become bulk requests of <c>create</c> with our ids. What the store
    /// refuses for now comes back to a ruleset of its own as the bare document, its id beside it, and is sent again; what it refuses for
    /// good is written to a file.
    /// </summary>
    public static string Of(Uri elasticsearch, string documentFile, string dataStream, string folder, PeerOptions options)
    {
        var document = (PeerDocuments.IdLength(documentFile) + 2).ToString(CultureInfo.InvariantCulture);
        var queue = $"""queue.type="FixedArray" queue.size="100000" queue.dequeueBatchSize="{options.BatchDocuments}" queue.workerThreads="{options.Concurrency}" """;
        var send = $"""
            type="omelasticsearch" server="{elasticsearch.Host}" serverport="{elasticsearch.Port}" searchIndex="{dataStream}" searchType=""
                bulkmode="on" maxbytes="{options.BatchBytes}" writeoperation="create" dynbulkid="on"
                retryfailures="on" retryruleset="again" action.resumeRetryCount="-1" action.resumeInterval="1"
            """;
        return $$"""
            global(workDirectory="{{folder}}" maxMessageSize="1m")
            module(load="imfile")
            module(load="omelasticsearch")
            template(name="id" type="list") { property(name="msg" field.number="1" field.delimiter="32") }
            template(name="document" type="list") { property(name="msg" position.from="{{document}}") }
            template(name="again-id" type="list") { property(name="$.omes!_id") }
            template(name="again-document" type="list") { property(name="msg") }
            ruleset(name="load" {{queue}}) {
              action({{send}} bulkid="id" template="document")
            }
            ruleset(name="again" {{queue}}) {
              if $.omes!status == 409 then stop
              if $.omes!status == 429 or $.omes!status >= 500 then {
                action({{send}} bulkid="again-id" template="again-document")
                stop
              }
              action(type="omfile" file="{{folder}}/refused" template="again-document")
            }
            action(type="omfile" file="{{folder}}/rsyslog.log")
            input(type="imfile" file="{{documentFile}}" tag="load" ruleset="load")

            """;
    }
}
