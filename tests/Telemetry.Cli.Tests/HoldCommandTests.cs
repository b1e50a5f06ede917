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
    public async Task OnElasticsearchAHoldIsNotPromised()
    {
        await SomeData.WriteAsync(Data, 20);
        var cli = new Cli();
        cli.Environment["TELEMETRY_STORE"] = "http://127.0.0.1:9";

        var result = await cli.RunAsync("hold", SomeData.Lifetime.ToString(), "--data", Data);

        Assert.Equal(2, result.ExitCode);
    }

    public void Dispose() => _directory.Dispose();

    private Task<CliResult> RunAsync(params string[] args) => new Cli().RunAsync([.. args, "--data", Data]);
}
