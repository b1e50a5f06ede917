using System.Diagnostics;

namespace Telemetry.EndToEnd.Tests;

/// <summary>What somebody does in the first minute.</summary>
[Trait("Category", "heavy")]
public sealed class FirstMinuteTests
{
    [Fact]
    public async Task ALineOfAWatchedFileIsFoundWithinTwoSeconds()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await using var up = await here.UpAsync("--watch", file);

        await here.RunAsync("/bin/sh", "-c", $"printf 'hello autopsy\\n' >> {file}");

        var clock = Stopwatch.StartNew();
        CommandResult found;
        do
        {
            found = await here.TelemetryAsync("search", "\"hello autopsy\"");
        }
        while (found.Lines.Length == 0 && clock.Elapsed < TimeSpan.FromSeconds(10));

        Assert.Contains("hello autopsy", found.Out);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 2);
    }

    [Fact]
    public async Task UpSaysWhereEverythingIs()
    {
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");

        var printed = await File.ReadAllTextAsync(Path.Combine(here.Folder, "up.log"));

        Assert.Contains(here.Url, printed);
        Assert.Contains(here.Gateway, printed);
        Assert.Contains(here.Data, printed);
        Assert.Contains("telemetry search", printed);
    }

    [Fact]
    public async Task ARestartKeepsEverything()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 1000).Select(i => $"line {i} before"));
        var up = await here.UpAsync("--watch", file);
        await Eventually.Holds(async () => await here.CountAsync("before") == 1000, "all lines before are found");
        var stopping = Stopwatch.StartNew();
        await up.StopAsync();
        Assert.InRange(stopping.Elapsed.TotalSeconds, 0, 8);
        await File.AppendAllLinesAsync(file, Enumerable.Range(0, 1000).Select(i => $"line {i} after"));

        await using var again = await here.UpAsync("--watch", file);

        await Eventually.Holds(async () => await here.CountAsync("after") == 1000, "all lines after are found");
        Assert.Equal(1000, await here.CountAsync("before"));
        using var lifetimes = await here.GetAsync("/api/v1/lifetimes");
        Assert.Single(lifetimes.RootElement.GetProperty("lifetimes").EnumerateArray());
    }

    [Fact]
    public async Task AKillKeepsEverythingAndLeavesNoChild()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await File.WriteAllTextAsync(file, "one\n");
        var up = await here.UpAsync("--watch", file);
        await Eventually.Holds(async () => await here.CountAsync("message : one") == 1, "the line is found");
        var shipper = up.Descendant("telemetry-shipper");
        Assert.NotNull(shipper);

        await up.KillAsync();

        await Eventually.Holds(() => !Directory.Exists($"/proc/{shipper}"), "the shipper ends with its parent");
        await File.AppendAllTextAsync(file, "two\n");
        await using var again = await here.UpAsync("--watch", file);
        await Eventually.Holds(async () => await here.CountAsync("message : two") == 1, "the second line is found");
        Assert.Equal(1, await here.CountAsync("message : one"));
    }

    [Fact]
    public async Task AShipperThatIsKilledComesBack()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await File.WriteAllTextAsync(file, "one\n");
        await using var up = await here.UpAsync("--watch", file);
        await Eventually.Holds(async () => await here.CountAsync("message : one") == 1, "the line is found");

        await here.RunAsync("/bin/kill", "-9", $"{up.Descendant("telemetry-shipper")}");
        await File.AppendAllTextAsync(file, "two\n");

        await Eventually.Holds(async () => await here.CountAsync("message : two") == 1, "the second line is found");
        Assert.Equal(1, await here.CountAsync("message : one"));
    }
}
