using Telemetry.Autopsy;
using Telemetry.Store;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Lifetimes;
using Telemetry.Tests.Support.Servers;
using Telemetry.Wire;

namespace Telemetry.Cli.Tests;

public sealed class HoldCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Data => _directory["data"];

    [Fact]
    public async Task AHoldIsPlacedListedAndReleased()
    {
        await SomeData.WriteAsync(Data, 20);
        var id = SomeData.Lifetime.ToString();

        var placed = await RunAsync("hold", id, "--reason", "an incident");
        var again = await RunAsync("hold", id);
        var list = await RunAsync("hold", "list");
        var json = await RunAsync("hold", "list", "--json");
        var released = await RunAsync("hold", "release", id);
        var twice = await RunAsync("hold", "release", id);

        Assert.Equal((0, 0, 0, 0, 0, 1), (placed.ExitCode, again.ExitCode, list.ExitCode, json.ExitCode, released.ExitCode, twice.ExitCode));
        Assert.Contains("nothing of", placed.Out);
        Assert.Contains("was held already", again.Out);
        Assert.Contains("an incident", list.Out);
        Assert.Contains($"\"lifetime\":\"{id}\"", json.Out);
        Assert.Equal("", (await RunAsync("hold", "list", "--json")).Out.Trim());
    }

    [Theory]
    [InlineData(2, "hold", "nobody")]
    [InlineData(2, "hold", "release", "nobody")]
    [InlineData(2, "hold")]
    [InlineData(1, "hold", "00000000000000000000000000000001")]
    [InlineData(1, "hold", "release", "00000000000000000000000000000001")]
    public async Task WhatIsNoLifetimeIsASentence(int exitCode, params string[] args)
    {
        await SomeData.WriteAsync(Data, 20);

        var result = await RunAsync(args);

        Assert.Equal((exitCode, ""), (result.ExitCode, result.Out));
        Assert.StartsWith("telemetry: ", result.Error);
    }

    [Fact]
    public async Task AStoreThatIsAwayIsOneSentence()
    {
        var result = await new Cli().RunAsync("hold", "list", "--store", "http://127.0.0.1:1");

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.StartsWith("telemetry: 127.0.0.1:1 cannot be reached", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "heavy")]
    public async Task OnElasticsearchItLooksTheSame()
    {
        Assert.SkipUnless(ElasticsearchServer.Available(out var reason), reason);
        await using var server = await ElasticsearchServer.StartAsync();
        string[] store = ["--store", server.Url];
        var install = await new Cli().RunAsync(["store", "install", .. store]);
        Assert.Equal((0, ""), (install.ExitCode, install.Error));
        Assert.True(ElasticOptions.TryParse(server.Url, out var options, out _));
        using var client = new ElasticClient(options);
        var (id, unknown) = (LifetimeId.From("i", "1"), LifetimeId.From("i", "2"));
        var facts = new LifetimeFacts { Identity = new ServerIdentity { InstanceId = "i" } };
        facts.Heard(1, 1);
        await new ElasticLifetimeWriter(client).WriteAsync([new LifetimeSnapshot(new LifetimeEvidence(id) { Critical = facts }, 2)], default);

        var placed = await new Cli().RunAsync(["hold", $"{id}", "--reason", "an incident", .. store]);
        var again = await new Cli().RunAsync(["hold", $"{id}", .. store]);
        var list = await new Cli().RunAsync(["hold", "list", .. store]);
        var json = await new Cli().RunAsync(["hold", "list", "--json", .. store]);
        var nobody = await new Cli().RunAsync(["hold", $"{unknown}", .. store]);
        var released = await new Cli().RunAsync(["hold", "release", $"{id}", .. store]);
        var twice = await new Cli().RunAsync(["hold", "release", $"{id}", .. store]);

        Assert.Equal((0, 0, 0, 0, 1, 0, 1), (placed.ExitCode, again.ExitCode, list.ExitCode, json.ExitCode, nobody.ExitCode, released.ExitCode, twice.ExitCode));
        Assert.Equal($"Held: nothing of {id} is deleted by retention from now on.", placed.Out.Trim());
        Assert.Contains("was held already", again.Out);
        Assert.Contains("an incident", list.Out);
        Assert.Contains($"\"lifetime\":\"{id}\"", json.Out);
        Assert.Equal($"Released {id}.", released.Out.Trim());
    }

    public void Dispose() => _directory.Dispose();

    private Task<CliResult> RunAsync(params string[] args) => new Cli().RunAsync([.. args, "--data", Data]);
}
