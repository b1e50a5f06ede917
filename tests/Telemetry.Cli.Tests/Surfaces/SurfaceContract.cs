namespace Telemetry.Cli.Tests.Surfaces;

/// <summary>
/// What the command line, the HTTP API and the pages answer about <see cref="SomeFleet"/>. The approved texts are shared by all stores:
/// each has to answer as the others do.
/// </summary>
public abstract class SurfaceContract
{
    private static readonly string[] Queries =
    [
        "*", "cart", "\"cart is empty\"", "message : cart*", "message : (cart and not empty)", "10.5", "café", "CAFÉ", "naïve", "注文", "失敗",
        "起動", "😀", "red", "script", "log.level : error", "log.level : ERROR", "log.level : (error or fatal or warn)", "not log.level : *",
        "log.level : e*", "host.name : web-1", "host.name : na*", "host.name : \"naïve-日本\"", "host.id : i-日本", "service.name : shop",
        "service.name : api", "labels.user : Zoë", "labels.user : zoë", "labels.user : \"ZOË\"", "labels.user : *",
        "labels.order.items : 3", "labels.order.items > 2", "labels.* : *", "labels.tags : ä", "labels.tags : (a and b)", "* : Zoë",
        "*.user : Zoë", "Zoë", "order.total > 100", "order.total : 7", "order.total : *", "labels.order.total : much", "tenant.plan : gold",
        "tenant.plan : G*", "tenant.plan : *", "plan : gold", "http.response.status_code >= 404",
        "http.response.status_code : (404 or 503)", "client.ip : 10.0.0.0/8", "client.ip : \"10.1.2.3\"", "source.ip : \"10.0.0.1\"",
        "url.path : *Ünï*", "error.type : *Exception", "error.message : \"cart is empty\"", "error.stack_trace : Shop.Cart.Add",
        "error.stack_trace : *Disk*", "trace.id : 0af7651916cd43dd8448eb211c80319c", "crash.id : *", "crash.signal : SIGSEGV",
        "crash.core_dumped : true", "crash.stderr : \"last words\"", "crash.run_time_ms > 5000", "event.action : agent_start",
        "event.action : (loss or seal)", "telemetry.loss.reason : spool_full", "loss.reason : spool_full",
        "telemetry.identity_conflict : true", "telemetry.lane : critical", "log.file.path : \"/var/log/syslog\"", "event.sequence < 2",
        "event.sequence : 24", "@timestamp >= \"2026-01-02T02:57:00Z\"", "@timestamp < now-1h",
        "@timestamp > \"2026-01-02T02:37:25Z\" and @timestamp <= \"2026-01-02T02:37:25.000001Z\"",
        "event.created < \"2026-01-02T02:00:00Z\"", "nothing.like.this : x", "nothing.like.this : *", "not nothing.like.this : x",
        "message : \"\"", "not message : *", "event.original : *", "tick or tock", "tick and not (1 or 2)", "\"tick 1\"", "tick*",
        "message : \"tick 1\" or message : \"tock 1\"", "lifetime.id : nobody", "process.pid : 4211", "process.name : sshd",
    ];

    // A document and a lifetime that are not stored.
    private const string Nowhere = "AZt7vB0IAAAAAAAAAAAAAAAAAAAAAA";
    private const string Nobody = "ffffffffffffffffffffffffffffffff";

    private readonly FilledStore _store;
    private readonly Transcript _said;

    private protected SurfaceContract(FilledStore store)
    {
        store.Need();
        _store = store;
        _said = new Transcript(store);
    }

    [Fact]
    public async Task EachQueryFindsTheSame()
    {
        foreach (var query in Queries)
        {
            await _said.FindAsync(query);
        }

        Approved.Matches("queries.txt", $"{_said}");
    }

    [Fact]
    public async Task TheCommandLineFindsTheSame()
    {
        await _said.RunAsync("search", "*", "--limit", "200");
        await _said.RunAsync("search", "log.level : error", "--json");
        await _said.RunAsync("search", "order.total > 100 or crash.id : *", "--json");
        await _said.RunAsync("search", "cart", "--since", "30m", "--limit", "2");
        await _said.RunAsync("search", "tick", "--since", "2026-01-02T02:39:05Z", "--until", "2026-01-02T02:39:06Z", "--limit", "3");
        await _said.RunAsync("search", "tick", "--until", "2026-01-02T02:39:05Z");
        await _said.RunAsync("search", "*", "--limit", "0");
        await _said.RunAsync("search", "@timestamp >= \"2026-01-02T02:57:00Z\"", "--limit", "1");
        await _said.RunAsync("search", "nobody");
        Approved.Matches("search.txt", $"{_said}");
    }

    [Fact]
    public async Task PagesGoOnToTheEndInOneOrder()
    {
        var (path, ids) = ("/api/v1/search?limit=17&q=", new List<string>());
        string? cursor = null;
        do
        {
            var (page, next) = await _store.PageAsync(path, cursor);
            var (again, _) = await _store.PageAsync(path, cursor);
            Assert.Equal(page, again);
            ids.AddRange(page);
            cursor = next;
        }
        while (cursor is not null);

        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
        Approved.Matches("order.txt", string.Join('\n', ids) + "\n");
    }

    [Fact]
    public async Task TheApiFindsTheSame()
    {
        await _said.GetAsync("/api/v1/search?q=cart&limit=2");
        await _said.GetAsync("/api/v1/search?q=telemetry.identity_conflict+:+true");
        await _said.GetAsync("/api/v1/search?q=host.id+:+i-%E6%97%A5%E6%9C%AC&since=all");
        await _said.GetAsync("/api/v1/search?limit=0&since=2026-01-02T02:39:05%2B00:00&until=2026-01-02T02:39:05.000001Z");
        await _said.GetAsync("/api/v1/search?limit=1&since=now&until=1h");
        await _said.GetAsync("/api/v1/search?q=crash.id+:+*");
        Approved.Matches("api-search.txt", $"{_said}");
    }

    [Fact]
    public async Task TheApiCountsTheSame()
    {
        await _said.GetAsync("/api/v1/histogram?buckets=7");
        await _said.GetAsync("/api/v1/histogram?q=log.level+:+(error+or+fatal)&since=1h&buckets=4");
        await _said.GetAsync("/api/v1/histogram?q=tock&since=2026-01-02T02:57:00Z&until=2026-01-02T02:58:00Z&buckets=60");
        await _said.GetAsync("/api/v1/histogram?q=nobody");
        await _said.GetAsync("/api/v1/histogram?q=nobody&since=10m&buckets=2");
        await _said.GetAsync("/api/v1/histogram?since=now&until=1h");
        Approved.Matches("histogram.txt", $"{_said}");
    }

    [Fact]
    public async Task ADocumentHasTheSameNeighbours()
    {
        await _said.GetAsync($"/api/v1/context?id={await _store.IdAsync("\"after the rotation\"")}&before=2&after=2");
        await _said.GetAsync($"/api/v1/context?id={await _store.IdAsync("\"another line 0\"")}&before=5&after=1");
        await _said.GetAsync($"/api/v1/context?id={await _store.IdAsync("crash.id : c2")}&before=1&after=1");
        await _said.GetAsync($"/api/v1/context?id={await _store.IdAsync("\"tock 3\"")}&before=0&after=0");
        await _said.ReadAsync($"/context?id={await _store.IdAsync("\"tock 3\"")}&before=2&after=2");
        Approved.Matches("context.txt", $"{_said}");
    }

    [Fact]
    public async Task LifetimesAndCrashesAreTheSame()
    {
        await _said.RunAsync("lifetimes");
        await _said.RunAsync("lifetimes", "--limit", "2", "--json");
        await _said.RunAsync("lifetimes", "--since", "2026-01-02T00:40:00Z", "--until", "2026-01-02T00:45:00Z");
        await _said.RunAsync("lifetimes", "--since", "4m");
        await _said.RunAsync("lifetimes", "--until", "2026-01-02T02:04:05Z");
        await _said.RunAsync("lifetimes", "--until", "2026-01-02T02:30:45.000001Z", "--since", "2026-01-02T02:30:00Z");
        foreach (var server in SomeFleet.Told)
        {
            await _said.RunAsync("lifetimes", server.Lifetime.ToString());
            await _said.GetAsync($"/api/v1/lifetimes/{server.Lifetime}");
        }

        await _said.RunAsync("crashes");
        await _said.RunAsync("crashes", "--limit", "2", "--json");
        await _said.RunAsync("crashes", "--since", "9m");
        await _said.GetAsync("/api/v1/crashes?until=2026-01-02T02:54:05.000001Z");
        Approved.Matches("lifetimes.txt", $"{_said}");
    }

    [Fact]
    public async Task ThePagesReadTheSame()
    {
        await _said.ReadAsync("/?since=all");
        await _said.ReadAsync("/?q=order.total+%3E+1&since=1h");
        await _said.ReadAsync("/?q=tick&since=1m");
        await _said.ReadAsync("/?q=nobody&since=all");
        await _said.ReadAsync("/tail?q=cart");
        await _said.ReadAsync("/lifetimes");
        await _said.ReadAsync("/lifetimes?since=15m");
        await _said.ReadAsync("/crashes");
        await _said.ReadAsync("/crashes?since=1h");
        foreach (var server in SomeFleet.Told)
        {
            await _said.ReadAsync($"/lifetimes/{server.Lifetime}");
        }

        Approved.Matches("pages.txt", $"{_said}");
    }

    [Fact]
    public async Task MistakesAreToldTheSame()
    {
        foreach (var query in (string[])
        [
            "a : (", "order.total > much", "event.sequence : many", "crash.core_dumped : perhaps", "client.ip : 10.0.0.0/99",
            "@timestamp > yesteryear", "\"unclosed",
        ])
        {
            await _said.RunAsync("search", query);
            await _said.GetAsync($"/api/v1/histogram?q={Uri.EscapeDataString(query)}&buckets=1");
            await _said.ReadAsync($"/?q={Uri.EscapeDataString(query)}&since=1s");
        }

        await _said.RunAsync("search", "*", "--since", "never");
        await _said.RunAsync("search", "*", "--limit", "-1");
        await _said.RunAsync("lifetimes", "nobody");
        await _said.RunAsync("lifetimes", Nobody);
        await _said.RunAsync("lifetimes", "--until", "never");
        await _said.RunAsync("crashes", "--limit", "0");
        foreach (var path in (string[])
        [
            "search?limit=10001", "search?limit=-1", "search?limit=x", "search?until=never", "search?q=a&q=b", "search?cursor=none",
            "search?cursor=%20", $"search?q={new string('x', 9000)}", "histogram?buckets=0", "context", "context?id=none", $"context?id={Nowhere}",
            "lifetimes?limit=0", "lifetimes/nobody", $"lifetimes/{Nobody}", "crashes?since=never", "nothing",
        ])
        {
            await _said.GetAsync($"/api/v1/{path}");
        }

        await _said.ReadAsync("/?cursor=none");
        await _said.ReadAsync($"/lifetimes/{Nobody}");
        await _said.ReadAsync($"/context?id={Nowhere}");
        Approved.Matches("mistakes.txt", $"{_said}");
    }

    [Fact]
    public async Task WhatCannotBeReadIsToldTheSame()
    {
        var id = await _store.IdAsync("\"tock 3\"");
        await using var damage = await _store.DamageAsync();
        await _said.RunAsync("search", "tock", "--limit", "1");
        await _said.RunAsync("lifetimes", SomeFleet.Sealed.Lifetime.ToString());
        await _said.RunAsync("crashes");
        await _said.GetAsync("/api/v1/search?q=tock&limit=0");
        await _said.GetAsync("/api/v1/histogram?q=tock&buckets=1");
        await _said.GetAsync($"/api/v1/context?id={id}&before=0&after=0");
        await _said.GetAsync($"/api/v1/context?id={Nowhere}");
        await _said.ReadAsync("/?q=%22tock+3%22&since=all");
        await _said.ReadAsync("/?q=nobody&since=all");
        await _said.ReadAsync($"/context?id={id}&before=0&after=0");
        await _said.ReadAsync($"/context?id={Nowhere}");
        await _said.ReadAsync($"/lifetimes/{SomeFleet.Silent.Lifetime}");
        await _said.ReadAsync($"/lifetimes/{SomeFleet.Sealed.Lifetime}");
        await _said.ReadAsync("/crashes");
        Approved.Matches("incomplete.txt", $"{_said}");
    }

    [Fact]
    public async Task LifetimesThatCannotBeReadAreToldTheSame()
    {
        await using var damage = await _store.DamageLifetimesAsync();
        await _said.RunAsync("lifetimes");
        await _said.RunAsync("lifetimes", SomeFleet.Sealed.Lifetime.ToString());
        await _said.RunAsync("crashes");
        await _said.GetAsync("/api/v1/lifetimes");
        await _said.GetAsync($"/api/v1/lifetimes/{SomeFleet.Sealed.Lifetime}");
        await _said.GetAsync("/api/v1/crashes");
        await _said.ReadAsync("/lifetimes");
        await _said.ReadAsync($"/lifetimes/{SomeFleet.Sealed.Lifetime}");
        await _said.ReadAsync("/crashes");
        Approved.Matches("unread-lifetimes.txt", $"{_said}");
    }
}
