namespace Telemetry.Cli.Tests;

public sealed class LevelCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task ALevelIsSetListedAndCleared()
    {
        var set = await RunAsync("set", "--service", "shop", "debug", "--for", "10m");
        var list = await RunAsync("list");
        var json = await RunAsync("list", "--json");
        var cleared = await RunAsync("clear", "--service", "shop");
        var twice = await RunAsync("clear", "--service", "shop");

        Assert.Equal((0, 0, 0, 0, 1), (set.ExitCode, list.ExitCode, json.ExitCode, cleared.ExitCode, twice.ExitCode));
        Assert.StartsWith("shop is to log from Debug on, until 20", set.Out, StringComparison.Ordinal);
        Assert.Contains("Debug", list.Out);
        Assert.Contains("""{"service":"shop","level":"Debug","until":"20""", json.Out);
        Assert.Equal("shop is to log from its own level on.", cleared.Out.Trim());
        Assert.Contains("Nothing is set for 'shop'", twice.Error);
    }

    [Theory]
    [InlineData("set", "Debug")]
    [InlineData("set", "--service", "shop")]
    [InlineData("set", "--service", "shop", "Loud")]
    [InlineData("set", "--service", "shop", "Debug", "--for", "soon")]
    [InlineData("set", "--service", "shop", "Debug", "--for", "8d")]
    [InlineData("set", "--service", "shop", "Debug", "--for", "0s")]
    [InlineData("set", "--service", " ", "Debug")]
    [InlineData("clear")]
    public async Task WhatIsNoRuleIsASentence(params string[] args)
    {
        var result = await RunAsync(args);

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.StartsWith("telemetry: ", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private Task<CliResult> RunAsync(params string[] args) => new Cli().RunAsync(["level", .. args, "--data", _directory["data"]]);
}
