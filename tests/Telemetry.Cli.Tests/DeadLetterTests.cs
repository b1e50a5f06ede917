using System.Buffers;
using System.Text;
using System.Text.Json;
using Telemetry.Bus.SegmentLog;
using Telemetry.Tests.Support.Servers;
using Telemetry.Wire;

namespace Telemetry.Cli.Tests;

public sealed class DeadLetterTests : IDisposable
{
    private const string Entry = "bulk-g1-0/1234//";
    private const string Record = "critical-g1-0/77/7/";
    private static readonly LifetimeId Lifetime = LifetimeId.From("i-1", "boot-1");
    private static readonly DocumentId Document = new(1_767_323_045_000, 7);
    private static readonly string Refused = $"bulk-g1-0/99//{Document}";

    private readonly TemporaryDirectory _directory = new();
    private readonly Cli _cli = new();

    public DeadLetterTests()
    {
        Write("bulk", "00000000000000001234", "The batch does not decode.", [0, 1, 2, 0xFF, (byte)'a'], minute: 1);
        Write("critical", "00000000000000000077-7", "A record does not decode.", "text\u001b[31m"u8.ToArray(), minute: 2);
        Write("bulk", $"00000000000000000099-{Document}", "400 document_parsing_exception", """{"@timestamp":"2026-01-02T03:04:05Z","message":"hi"}"""u8.ToArray(), minute: 3);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task TheyAreRows()
    {
        var list = await RunAsync("list");
        var json = await RunAsync("list", "--json", "--limit", "1");

        Assert.Equal((0, ""), (list.ExitCode, list.Error));
        Approved.Matches("dlq-list.txt", list.Out);
        Approved.Matches("dlq-list.json", json.Out);
    }

    [Fact]
    public async Task OneIsShownWithItsBytes()
    {
        Approved.Matches("dlq-show.txt", (await RunAsync("show", Entry)).Out + (await RunAsync("show", Record)).Out);
        Assert.Equal("AAEC/2E=", Json(await RunAsync("show", Entry, "--json")).GetProperty("base64").GetString());
        Assert.StartsWith("{\"@timestamp\"", Json(await RunAsync("show", Refused, "--json")).GetProperty("text").GetString(), StringComparison.Ordinal);

        var raw = await RunAsync("show", Entry, "--raw");
        Assert.Equal((0, ""), (raw.ExitCode, raw.Out));
        Assert.Equal([0, 1, 2, 0xFF, (byte)'a'], _cli.OutBytes.ToArray());
    }

    [Theory]
    [InlineData("bulk-g1-0/1//")]
    [InlineData("bulk-g1-0/1234//../../../tokens.json")]
    [InlineData("anything")]
    public async Task AnUnknownOneIsOneSentence(string id)
    {
        foreach (var verb in (string[])["show", "drop", "retry"])
        {
            var result = await RunAsync(verb, id);
            Assert.Equal((1, ""), (result.ExitCode, result.Out));
            Assert.StartsWith("telemetry: There is no dead letter", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task DroppingAsksAndIsForGood()
    {
        Assert.Equal(2, (await RunAsync("drop", Entry)).ExitCode);
        _cli.Typed = "n\n";
        Assert.Equal(1, (await RunAsync("drop", Entry)).ExitCode);
        Assert.Equal(3, Left);
        _cli.Typed = "y\n";
        Assert.Equal((0, "Dropped 1 dead letter.\n"), Told(await RunAsync("drop", Entry)));
        Assert.Equal((0, "Dropped 2 dead letters.\n"), Told(await RunAsync("drop", "--all", "--yes")));
        Assert.Equal((0, "There are no dead letters.\n"), Told(await RunAsync("list")));
        Assert.Equal((0, "Dropped 0 dead letters.\n"), Told(await RunAsync("drop", "--all")));
    }

    [Fact]
    public async Task ARefusedDocumentGoesToTheStoreOnceItIsTaken()
    {
        await using var store = await ScriptedElasticsearch.StartAsync();
        store.ItemRule = (_, _) => new ItemFault(400, "document_parsing_exception", "no");
        var refused = await RunAsync("retry", Refused, "--store", store.Url);
        Assert.Equal((1, 3), (refused.ExitCode, Left));
        Assert.Contains("still refuses it", refused.Out, StringComparison.Ordinal);

        store.ItemRule = (_, _) => null;
        Assert.Equal((0, $"{Refused}: The store has it now.\n"), Told(await RunAsync("retry", Refused, "--store", store.Url)));
        Assert.Equal(Document.ToString(), Assert.Single(store.Streams.Documents).Key.Id);
        Assert.Equal(2, Left);
    }

    [Fact]
    public async Task ADocumentThatTheStoreHasIsNotStoredTwiceAfterARollover()
    {
        await using var store = await ScriptedElasticsearch.StartAsync();
        store.Streams.Create("logs-telemetry.app-default", Document.ToString(), "{}");
        store.Streams.Rollover("logs-telemetry.app-default");

        Assert.Equal((0, $"{Refused}: The store had it already.\n"), Told(await RunAsync("retry", Refused, "--store", store.Url)));

        Assert.Single(store.Streams.Documents);
        Assert.Single(store.Requests, request => request.Contains("_flush", StringComparison.Ordinal));
        Assert.Equal(2, Left);
    }

    [Fact]
    public async Task ADocumentThatTheStoreHasOnlyInMemoryIsNoReasonToDropTheLetter()
    {
        await using var store = await ScriptedElasticsearch.StartAsync();
        store.Streams.Create("logs-telemetry.app-default", Document.ToString(), "{}");
        store.FlushRule = _ => 503;

        Assert.Equal(1, (await RunAsync("retry", Refused, "--store", store.Url)).ExitCode);
        Assert.Equal(3, Left);

        // Where flushing is not allowed, it is said.
        store.FlushRule = _ => 403;
        var told = await RunAsync("retry", Refused, "--store", store.Url);
        Assert.Equal(0, told.ExitCode);
        Assert.Contains("may not be on disk yet", told.Out, StringComparison.Ordinal);
        Assert.Equal(2, Left);
    }

    [Fact]
    public async Task ABatchThatDecodesNowGoesToTheBus()
    {
        Write("bulk", "00000000000000005555", "An old version's problem.", Batch(), minute: 4);

        var result = await RunAsync("retry", "--all", "--json");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("3 of 4 dead letters", result.Error, StringComparison.Ordinal);
        Assert.Equal(["failed", "failed", "failed", "appended"],
            result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("outcome").GetString()));
        Assert.Equal(3, Left);
        await using var bus = new SegmentLogBus(_directory["bus"], new SegmentLogOptions(), TimeProvider.System);
        await using var reader = bus.OpenReader(Lane.Bulk, default, out _);
        Assert.True(reader.TryRead(out var entry));
        Assert.Equal(Batch(), entry.Body.ToArray());
        Assert.Equal((Lifetime, "i-1", "shop", "::1"), (entry.Stamp.Lifetime, entry.Stamp.InstanceId, entry.Stamp.Tenant, entry.Stamp.Source));
    }

    [Fact]
    public async Task ABusThatAGatewayWritesIsNotWritten()
    {
        Write("bulk", "00000000000000005555", "An old version's problem.", Batch(), minute: 4);
        using var gateway = Hosting.DirectoryLock.Take(new Hosting.DataDirectory(_directory.Path), "gateway");

        var result = await RunAsync("retry", "bulk-g1-0/5555//");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("The gateway of", result.Error, StringComparison.Ordinal);
        Assert.Equal(4, Left);
    }

    private int Left => Directory.GetFiles(_directory["deadletters"], "*.dead", SearchOption.AllDirectories).Length;

    private Task<CliResult> RunAsync(string verb, params string[] args) => _cli.RunAsync(["dlq", verb, "--data", _directory.Path, .. args]);

    private static (int ExitCode, string Out) Told(CliResult result) => (result.ExitCode, result.Out);

    private static JsonElement Json(CliResult result) => JsonDocument.Parse(result.Out).RootElement;

    private void Write(string lane, string name, string reason, byte[] bytes, int minute)
    {
        var directory = Directory.CreateDirectory(_directory[$"deadletters/{lane}"]);
        var path = Path.Combine(directory.FullName, name + ".dead");
        var head = $"{name}\t2026-01-02T03:04:05.000000Z\ti-1\t::1\t{reason}\tshop\t{Lifetime}\n";
        File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes(head), .. bytes]);
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 1, 2, 3, minute, 0, DateTimeKind.Utc));
    }

    private static byte[] Batch()
    {
        var (raw, body) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        RecordsWriter.Line(raw, "hello"u8);
        new BatchPacker().Pack(Lifetime, Lane.Bulk, [new Run(StreamId.From(1, "", "/a.log"), new Epoch(7), 0, 1, 1_767_323_045_000_000)], raw.WrittenSpan, body);
        return body.WrittenSpan.ToArray();
    }
}
