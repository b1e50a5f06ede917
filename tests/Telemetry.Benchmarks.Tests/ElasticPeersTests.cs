using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Telemetry.Benchmarks.ElasticPeers;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Benchmarks.Tests;

/// <summary>Both peers against a real store: they load what they are given, and what they do not load is counted.</summary>
[Trait("Category", "heavy")]
public sealed class ElasticPeersTests : IAsyncLifetime
{
    private const int Documents = 5000;
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly TemporaryDirectory _folder = new();
    private ElasticsearchServer? _server;

    private Uri Url => new(_server!.Url);

    public async ValueTask InitializeAsync()
    {
        if (!ElasticsearchServer.Available(out _))
        {
            return;
        }

        _server = await ElasticsearchServer.StartAsync();
        using var answer = await Http.PutAsJsonAsync(new Uri(Url, "_index_template/peers"), JsonNode.Parse(
            """{"index_patterns":["peers-*"],"data_stream":{},"template":{"settings":{"number_of_replicas":0},"mappings":{"properties":{"@timestamp":{"type":"date"},"n":{"type":"long"}}}}}"""));
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task RsyslogLoadsWhatItIsGiven()
    {
        SkipUnlessThere();
        Assert.SkipUnless(RsyslogPeer.IsPresent(out var reason), reason);
        var result = await RsyslogPeer.RunAsync(Url, Write(Documents), Documents, "peers-rsyslog");
        Assert.Equal((0, 0), (result.Lost, result.Duplicated));
        Assert.True(result.DocumentsPerSecond > 0);
        Assert.Equal("""words "and" wörds""", await MessageAsync("peers-rsyslog"));
    }

    [Fact]
    public async Task TheBulkHelperLoadsWhatItIsGiven()
    {
        SkipUnlessThere();
        Assert.SkipUnless(BulkHelperPeer.IsPresent(out var reason), reason);
        var result = await BulkHelperPeer.RunAsync(Url, Write(Documents), Documents, "peers-helper", new PeerOptions { BatchBytes = 64 << 10 });
        Assert.Equal((0, 0), (result.Lost, result.Duplicated));
        Assert.True(result.DocumentsPerSecond > 0);
        Assert.Equal("""words "and" wörds""", await MessageAsync("peers-helper"));
    }

    [Fact]
    public async Task WhatTheStoreRefusesIsLost()
    {
        SkipUnlessThere();
        Assert.SkipUnless(RsyslogPeer.IsPresent(out var reason), reason);
        Assert.SkipUnless(BulkHelperPeer.IsPresent(out reason), reason);
        var file = Write(100, number: n => n == 7 ? "\"seven\"" : $"{n}");
        var options = new PeerOptions { Patience = TimeSpan.FromSeconds(3) };
        Assert.Equal(1, (await RsyslogPeer.RunAsync(Url, file, 100, "peers-rsyslog-refused", options)).Lost);
        Assert.Equal(1, (await BulkHelperPeer.RunAsync(Url, file, 100, "peers-helper-refused", options)).Lost);
    }

    [Fact]
    public async Task WhatIsStoredTwiceIsDuplicated()
    {
        SkipUnlessThere();
        Assert.SkipUnless(BulkHelperPeer.IsPresent(out var reason), reason);
        var file = Write(10);
        await BulkHelperPeer.RunAsync(Url, file, 10, "peers-twice");
        using var answer = await Http.PostAsync(new Uri(Url, "peers-twice/_rollover"), null);
        answer.EnsureSuccessStatusCode();
        var result = await BulkHelperPeer.RunAsync(Url, file, 20, "peers-twice");
        Assert.Equal((0, 10), (result.Lost, result.Duplicated));
    }

    [Fact]
    public async Task WhatTheStoreRefusesForNowIsSentAgain()
    {
        Assert.SkipUnless(RsyslogPeer.IsPresent(out var reason), reason);
        Assert.SkipUnless(BulkHelperPeer.IsPresent(out reason), reason);
        await using var store = await ScriptedElasticsearch.StartAsync();
        var refused = new ConcurrentDictionary<string, bool>();
        store.ItemRule = (id, _) => refused.TryAdd(id, true) ? ItemFault.Rejected : null;
        var options = new PeerOptions { Patience = TimeSpan.FromSeconds(10) };
        await RsyslogPeer.RunAsync(new Uri(store.Url), Write(100), 100, "peers-rsyslog-again", options);
        Assert.Equal(100, store.Streams.Documents.Count);
        refused.Clear();
        await BulkHelperPeer.RunAsync(new Uri(store.Url), Write(100), 100, "peers-helper-again", options);
        Assert.Equal(200, store.Streams.Documents.Count);
    }

    private static void SkipUnlessThere() => Assert.SkipUnless(ElasticsearchServer.Available(out var reason), reason);

    private string Write(int documents, Func<int, string>? number = null)
    {
        var file = _folder["documents"];
        File.WriteAllLines(file, Enumerable.Range(0, documents).Select(n => string.Create(CultureInfo.InvariantCulture,
            $$"""id{{n:D20}} {"@timestamp":"2026-11-22T11:00:00.000Z","n":{{number?.Invoke(n) ?? $"{n}"}},"message":"words \"and\" wörds"}""")));
        return file;
    }

    private async Task<string> MessageAsync(string stream)
    {
        var found = await Http.GetFromJsonAsync<JsonNode>(new Uri(Url, $"{stream}/_search?size=1"));
        return (string)found!["hits"]!["hits"]![0]!["_source"]!["message"]!;
    }
}
