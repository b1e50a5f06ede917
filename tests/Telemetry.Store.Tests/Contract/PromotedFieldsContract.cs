using System.Globalization;
using System.Text.Json;
using Telemetry.Query;
using Telemetry.Store.Tests.Documents;

namespace Telemetry.Store.Tests.Contract;

/// <summary>Attributes that became typed fields.</summary>
public abstract partial class DocumentReaderContract
{
    private static readonly string[] PromotedQueries =
    [
        "order.total > 100", "order.total >= 100", "order.total : 0.30000000000000004", "order.total : 0", "order.total < 0",
        "order.total <= 1e300", "order.total > 1e300", "order.total : 100 100.5", "order.total : *", "not order.total : *",
        "queue.depth : 7", "queue.depth > 7", "queue.depth : 9007199254740993", "queue.depth >= 9223372036854775807", "queue.depth < 0",
        "tenant.plan : gold", "tenant.plan : Go*", "tenant.plan : \"\"", "tenant.plan > 5", "tenant.plan : 日本", "tenant.* : *",
        "request.started : \"2026-11-22T11:00:00.000002Z\"", "request.started > \"2026-11-22T11:00:00.000002Z\"", "request.started : 2026-11-22",
        "cache.hit : true", "cache.hit : false", "not cache.hit : true", "peer.address : 10.0.0.0/8", "peer.address : \"fe80::1\"",
        "peer.address : 10.1*", "http.note : disk", "http.note : \"disk full\"", "http.note : na*", "http.note : *", "disk",
        "plan : gold", "*.plan : gold", "* : gold", "labels.order.total : *", "order.* > 100", "order : *",
        "order.total > 0 and (queue.depth : 7 or cache.hit : true) and not tenant.plan : gold",
    ];

    [Fact]
    public async Task PromotedFieldsAreFoundByTheirTypes()
    {
        await Store.PromoteAsync(SomePromoted.Fields);
        var random = new Random(4);
        List<Document> documents = [.. Enumerable.Range(0, 300).Select(i => SomePromoted.Random(random, i))];
        await Store.StoreAsync(documents.Take(150));
        await Store.RollOverAsync();
        await Store.StoreAsync(documents.Skip(150));

        foreach (var query in PromotedQueries)
        {
            await AssertFindsWhatTheMatcherMatches(SomePromoted.Query(query), documents, types: SomePromoted.Types);
        }

        Assert.Equal(2, (await Reader.SearchAsync(new SearchRequest(SomePromoted.Query("order.total : *"), Limit: 2), default)).Hits.Count);
        await AssertFollowsWhatTheMatcherMatches(SomePromoted.Query("order.total > 100 and tenant.plan > 5"), random);
    }

    [Fact]
    public async Task ThePromotedFieldsOfADocumentComeBackAsTheirTypes()
    {
        await Store.PromoteAsync(SomePromoted.Fields);
        var document = Identified.Document(1, "x");
        document.Set(SomePromoted.Name("order.total"), 5.0);
        document.Set(SomePromoted.Name("order.total"), 0.1 + 0.2);
        document.Set(SomePromoted.Name("queue.depth"), long.MaxValue);
        document.Set(SomePromoted.Name("tenant.plan"), "gold");
        document.Set(SomePromoted.Name("request.started"), Some.TimeUnixUs + 5);
        document.Set(SomePromoted.Name("cache.hit"), 1L);
        document.Set(SomePromoted.Name("peer.address"), "10.0.0.1");
        document.Set(SomePromoted.Name("http.note"), "Disk full");
        document.Set(Label("order.total"), "a lot");
        await Store.StoreAsync([document]);

        var hit = Assert.Single((await Reader.SearchAsync(new SearchRequest(Some.Query("x")), default)).Hits);

        var fields = hit.Fields.ToDictionary();
        Assert.Equal([5.0, 0.1 + 0.2], ((IReadOnlyList<object>)fields["order.total"]).Cast<double>());
        Assert.Equal(long.MaxValue, fields["queue.depth"]);
        Assert.Equal("gold", fields["tenant.plan"]);
        Assert.Equal("2026-11-22T11:00:00.000005Z", fields["request.started"]);
        Assert.Equal(true, fields["cache.hit"]);
        Assert.Equal("10.0.0.1", fields["peer.address"]);
        Assert.Equal("Disk full", fields["http.note"]);
        Assert.Equal("a lot", fields["labels.order.total"]);
    }

    [Fact]
    public async Task TheStoreSaysWhatIsPromoted()
    {
        Assert.Empty((await Reader.FieldsAsync(default)).Promoted);
        await Store.PromoteAsync(SomePromoted.Fields);
        await Store.StoreAsync([Identified.Document(1, "x")]);

        await Eventually.Holds(
            async () => (await Reader.FieldsAsync(default)).Promoted.Count == SomePromoted.Fields.All.Count, "the reader has heard of them");

        var types = await Reader.FieldsAsync(default);
        Assert.All(SomePromoted.Fields.All, promoted => Assert.Equal(promoted.Field.Type, types.TypeOf(promoted.Field.Name)));
        Assert.False(KqlParser.TryParse("order.total > much", out _, out var error, types));
        Assert.Contains("number", error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFieldThatIsAddedLaterIsFoundAtOnceAndOneThatIsRemovedStays()
    {
        var total = new PromotedField("order.total", FieldType.Double);
        var depth = new PromotedField("queue.depth", FieldType.Long);
        await Store.PromoteAsync(new PromotedFields([total]));
        var first = Identified.Document(1, "x");
        first.Set(total.Field, 101.5);
        first.Set(Label("queue.depth"), "7");
        await Store.StoreAsync([first]);
        Assert.Equal(1, await CountAsync("order.total > 100"));
        Assert.Equal(0, await CountAsync("queue.depth : *"));

        // Without a new file or index.
        await Store.PromoteAsync(new PromotedFields([depth]));
        var second = Identified.Document(2, "x");
        second.Set(depth.Field, 7L);
        second.Set(Label("order.total"), "102");
        await Store.StoreAsync([second]);

        Assert.Equal(1, await CountAsync("queue.depth : 7"));
        Assert.Equal(1, await CountAsync("order.total > 100"));
        Assert.Equal(1, await CountAsync("labels.queue.depth : 7"));
        Assert.Equal(1, await CountAsync("labels.order.total > 100"));

        await Store.RollOverAsync();
        var third = Identified.Document(3, "x");
        third.Set(depth.Field, 8L);
        await Store.StoreAsync([third]);
        Assert.Equal(2, await CountAsync("queue.depth >= 7"));
        Assert.Equal(1, await CountAsync("order.total > 100"));
    }

    [Theory]
    [InlineData("order.total", FieldType.Keyword)]
    [InlineData("order.total", FieldType.Long)]
    [InlineData("order.total.net", FieldType.Double)]
    [InlineData("order", FieldType.Double)]
    public async Task AFieldThatIsStoredAsSomethingElseIsAConflictThatChangesNothing(string name, FieldType type)
    {
        var total = new PromotedField("order.total", FieldType.Double);
        await Store.PromoteAsync(new PromotedFields([total]));
        var document = Identified.Document(1, "x");
        document.Set(total.Field, 101.5);
        await Store.StoreAsync([document]);
        await Store.RollOverAsync();

        var conflict = await Assert.ThrowsAsync<FieldConflictException>(
            () => Store.PromoteAsync(new PromotedFields([new("other", FieldType.Ip), new(name, type)])));

        Assert.Contains($"{name} is to be a {type.ToString().ToLowerInvariant()}, but ", conflict.Message, StringComparison.Ordinal);
        await Store.StoreAsync([Identified.Document(2, "x")]);
        Assert.Equal(["order.total"], (await Reader.FieldsAsync(default)).Promoted.Select(field => field.Name));
        Assert.Equal(1, await CountAsync("order.total > 100"));
        Assert.Equal(2, await CountAsync("x"));
    }

    [Fact]
    public async Task PromotedFieldsAreNestedInJsonAsOthersAre()
    {
        await Store.PromoteAsync(SomePromoted.Fields);
        var document = Identified.Document(1, "x");
        document.Set(SomePromoted.Name("order.total"), 12.5);
        document.Set(SomePromoted.Name("http.note"), "n");
        document.Set(Fields.HttpStatus, 200L);
        await Store.StoreAsync([document]);
        var hit = Assert.Single((await Reader.SearchAsync(new SearchRequest(Some.Query("x")), default)).Hits);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            hit.WriteTo(json);
        }

        using var parsed = JsonDocument.Parse(stream.ToArray());

        Assert.Equal(12.5, parsed.RootElement.GetProperty("order").GetProperty("total").GetDouble());
        Assert.Equal("n", parsed.RootElement.GetProperty("http").GetProperty("note").GetString());
        Assert.Equal(200, parsed.RootElement.GetProperty("http").GetProperty("response").GetProperty("status_code").GetInt32());
    }

    private async Task<long> CountAsync(string query) =>
        (await Reader.SearchAsync(new SearchRequest(Some.Query(query)), default)).Total;

    private async Task AssertFollowsWhatTheMatcherMatches(KqlNode query, Random random)
    {
        var cursor = (await Reader.ArrivedAsync(query, null, 10, default)).Cursor;
        List<Document> documents = [.. Enumerable.Range(1000, 100).Select(i => SomePromoted.Random(random, i))];
        documents.ForEach(document => document.Set(Fields.EventIngested, document.MintedUnixUs));
        await Store.StoreAsync(documents);
        var matcher = KqlMatcher.Compile(query, SomePromoted.Types, Some.TimeUnixUs);
        var values = new DocumentValues();
        var expected = documents.Where(document =>
        {
            values.Document = document;
            return matcher.Matches(values);
        }).Select(document => document.Record.Seq.ToString(CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal).ToList();
        List<string> seen = [];
        await Eventually.Holds(
            async () =>
            {
                var arrived = await Reader.ArrivedAsync(query, cursor, 100, default);
                cursor = arrived.Cursor;
                seen.AddRange(arrived.Documents.Select(hit => hit.Record.Seq.ToString(CultureInfo.InvariantCulture)));
                return seen.Count >= expected.Count;
            },
            "all that match have arrived");
        Assert.Equal(expected, seen.Order(StringComparer.Ordinal));
        Assert.NotEmpty(expected);
    }
}
