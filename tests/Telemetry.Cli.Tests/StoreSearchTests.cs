namespace Telemetry.Cli.Tests;

public sealed class StoreSearchTests
{
    public static TheoryData<string> Verbs => ["search *", "lifetimes", "crashes"];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task AStoreThatIsAwayIsOneSentence(string verb)
    {
        var result = await new Cli().RunAsync([.. verb.Split(' '), "--store", "http://127.0.0.1:1"]);

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.StartsWith("telemetry: The store does not answer: 127.0.0.1:1 ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task AStoreAndAServerExcludeEachOther(string verb)
    {
        var result = await new Cli().RunAsync([.. verb.Split(' '), "--store", "http://127.0.0.1:1", "--url", "http://127.0.0.1:2"]);

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains("--url", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AConfiguredStoreChangesNothing()
    {
        using var server = new FakeServer();
        var cli = new Cli { Transport = server };
        cli.Environment["TELEMETRY_STORE"] = "http://127.0.0.1:1";
        server.Answer("/api/v1/crashes?limit=100", """{"crashes":[]}""");

        Assert.Equal(0, (await cli.RunAsync("crashes")).ExitCode);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ASyntaxErrorIsPointedAt()
    {
        var result = await new Cli().RunAsync("search", "a : (", "--store", "http://127.0.0.1:1");

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains("  a : (\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("^", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingIsLeftInTheTemporaryDirectory()
    {
        await new Cli().RunAsync("crashes", "--store", "http://127.0.0.1:1");

        Assert.DoesNotContain(
            Directory.EnumerateDirectories(Path.GetTempPath(), "telemetry-*"), folder => File.Exists(Path.Combine(folder, "api")));
    }
}
