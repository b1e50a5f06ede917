using System.Text.Json;
using Telemetry.Store.Sqlite.State;

namespace Telemetry.Cli.Tests;

/// <summary>Where no server runs, the command purges the data directory itself.</summary>
public sealed class PurgeCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Data => _directory["data"];

    private string Audit => Path.Combine(Data, "audit.log");

    [Fact]
    public async Task ADryRunShowsAndDeletesNothing()
    {
        await SomeData.WriteAsync(Data, 40, pending: 0);

        var result = await RunAsync(new Cli(), "message : (\"body 3\" or \"body 4\")", "--dry-run");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("4 documents, 2026-11-22T11:00:00.000003Z to 2026-11-22T11:00:00.000004Z", result.Out);
        Assert.Contains("i-1", result.Out);
        Assert.Contains("body 4", result.Out);
        Assert.Contains("The bus keeps the batches for up to 1d or 10 GiB", result.Error);
        Assert.Equal(80, await SomeData.CountAsync(Data));
        Assert.False(File.Exists(Audit));
    }

    [Fact]
    public async Task WithoutAnAnswerNothingIsDeleted()
    {
        await SomeData.WriteAsync(Data, 40, pending: 0);

        foreach (var answer in (string?[])[null, "\n", "n\n", "sure\n"])
        {
            var result = await RunAsync(new Cli { Typed = answer }, "*");
            Assert.Equal(answer is null ? 2 : 1, result.ExitCode);
            Assert.Contains("Delete 80 documents for good?", result.Error);
            Assert.Contains(answer is null ? "--yes says so" : "Nothing was done.", result.Error);
        }

        Assert.Equal(80, await SomeData.CountAsync(Data));
        Assert.False(File.Exists(Audit));
    }

    [Fact]
    public async Task WhatIsPurgedIsGoneAuditedAndAccountedFor()
    {
        await SomeData.WriteAsync(Data, 40, pending: 0);

        var result = await RunAsync(new Cli { Typed = "y\n" }, "\"body 3\"", "--until", "2026-11-23T00:00Z");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("Purged 2 documents.", result.Out);
        Assert.Equal((78, 0), (await SomeData.CountAsync(Data), await SomeData.CountAsync(Data, "\"body 3\"")));
        var line = Assert.Single(await File.ReadAllLinesAsync(Audit));
        using var entry = JsonDocument.Parse(line);
        Assert.Equal("\"body 3\"", entry.RootElement.GetProperty("query").GetString());
        Assert.Equal("2026-11-23T00:00:00.000000Z", entry.RootElement.GetProperty("until").GetString());
        Assert.Equal((2, "done"), (entry.RootElement.GetProperty("count").GetInt32(), entry.RootElement.GetProperty("result").GetString()));
        Assert.StartsWith("local (says it is ", entry.RootElement.GetProperty("user").GetString());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Audit));
        }
        var lifetime = await new SqliteLifetimeReader(Path.Combine(Data, "store"), TimeProvider.System).GetAsync(SomeData.Lifetime, default);
        var losses = lifetime!.Losses.Where(loss => loss.Reason == "purged").ToList();
        Assert.Equal([(3ul, 1ul), (3ul, 1ul)], losses.Select(loss => (loss.FirstSeq, loss.Count)));
        Assert.All(lifetime.Streams.Where(stream => stream.Id == SomeData.Stream), stream => Assert.Equal((39ul, 1ul), (stream.Stored, stream.Lost)));
    }

    [Theory]
    [InlineData("telemetry: 127.0.0.1:1 cannot be reached: nobody takes connections there.", 1, "--store", "http://127.0.0.1:1")]
    [InlineData("is about a server, and --store purges the store without one", 2, "--store", "http://127.0.0.1:1", "--url", "http://127.0.0.1:5080")]
    [InlineData("--store has to name an Elasticsearch", 2, "--store", "")]
    [InlineData("The store's URL has to begin with http:", 2, "--store", "sqlite")]
    public async Task AStoreThatIsWrongIsSaidToBe(string expected, int exitCode, params string[] args)
    {
        await SomeData.WriteAsync(Data, 1, pending: 0);

        var result = await RunAsync(new Cli(), ["*", "--yes", .. args]);

        Assert.Equal((exitCode, ""), (result.ExitCode, result.Out));
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("5080/ answered", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForProgramsItIsTwoObjects()
    {
        await SomeData.WriteAsync(Data, 40, pending: 0);

        var result = await RunAsync(new Cli(), "\"body 3\"", "--yes", "--json");

        var lines = result.Out.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        using var shown = JsonDocument.Parse(lines[0]);
        using var done = JsonDocument.Parse(lines[1]);
        Assert.Equal(2, shown.RootElement.GetProperty("total").GetInt32());
        Assert.Equal((2, 2), (done.RootElement.GetProperty("purged").GetInt32(), done.RootElement.GetProperty("accounted").GetInt32()));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("*", "--since", "yesteryear")]
    [InlineData("*", "--dry-run", "--yes")]
    [InlineData("*", "--json")]
    [InlineData("")]
    public async Task AMistakeIsUsageAndDeletesNothing(params string[] args)
    {
        await SomeData.WriteAsync(Data, 40, pending: 0);

        var result = await RunAsync(new Cli(), args);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("telemetry: ", result.Error);
        Assert.Equal(80, await SomeData.CountAsync(Data));
    }

    [Fact]
    public async Task NothingIsFineToo()
    {
        await SomeData.WriteAsync(Data, 40, pending: 0);

        var result = await RunAsync(new Cli(), "message : nobody", "--yes");

        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("Nothing matches.", result.Out);
        Assert.False(File.Exists(Audit));
    }

    public void Dispose() => _directory.Dispose();

    private Task<CliResult> RunAsync(Cli cli, params string[] args) => cli.RunAsync(["purge", .. args, "--data", Data]);
}
