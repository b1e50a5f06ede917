using System.Text.Json;
using Telemetry.Wire;

namespace Telemetry.EndToEnd.Tests;

/// <summary>What is one life and what is not.</summary>
[Trait("Category", "heavy")]
public sealed class LifetimeTests
{
    private const string Bulk = "telemetry.lane : bulk";

    [Fact]
    public async Task AHundredRestartsOfTheShipperAreOneLifetimeWithNoDeath()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");
        var file = Path.Combine(here.Folder, "app.log");
        for (var restart = 0; restart < 100; restart++)
        {
            await File.AppendAllTextAsync(file, $"line {restart}\n");
            var shipper = StartShipper(here, file, "boot-1");
            await Eventually.Holds(() => ReadsInput(shipper), "the shipper runs");
            await (restart % 2 == 0 ? shipper.KillAsync() : shipper.StopAsync());
        }

        await using var last = StartShipper(here, file, "boot-1");
        await Eventually.Holds(async () => await here.CountAsync(Bulk) == 100, "every line is found once", TimeSpan.FromSeconds(30));
        using var answer = await here.GetAsync("/api/v1/lifetimes");
        var lifetime = Assert.Single(answer.RootElement.GetProperty("lifetimes").EnumerateArray());
        Assert.Equal("alive", lifetime.GetProperty("state").GetString());
        Assert.Equal(0, await here.CountAsync("crash.id : *"));
    }

    [Fact]
    public async Task AfterARebootTheRestIsShippedUnderTheFormerLifetime()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await File.WriteAllTextAsync(file, Lines("before", 1000));
        var before = StartShipper(here, file, "boot-1");
        await Eventually.Holds(
            () => File.ReadAllText(Path.Combine(here.Folder, "shipper.log")).Contains("refused", StringComparison.OrdinalIgnoreCase),
            "the shipper has noticed that there is no gateway");
        await before.StopAsync();

        await using var up = await here.UpAsync("--no-shipper");
        await using var after = StartShipper(here, file, "boot-2");
        await Eventually.Holds(
            async () => await here.CountAsync($"{Bulk} and lifetime.id : {LifetimeId.From("web-1", "boot-1")}") == 1000,
            "what the former boot had seen is its own", TimeSpan.FromSeconds(30));
        await File.AppendAllTextAsync(file, Lines("after", 10));
        await Eventually.Holds(
            async () => await here.CountAsync($"{Bulk} and lifetime.id : {LifetimeId.From("web-1", "boot-2")}") == 10,
            "what came after is the new boot's", TimeSpan.FromSeconds(30));
        Assert.Equal(1010, await here.CountAsync(Bulk));
        using var former = await here.GetAsync($"/api/v1/lifetimes/{LifetimeId.From("web-1", "boot-1")}");
        Assert.Equal("replaced", former.RootElement.GetProperty("state").GetString());
    }

    [Fact]
    public async Task ACopiedSpoolIsAnIdentityConflictAndBothAreKept()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");
        var file = Path.Combine(here.Folder, "app.log");
        var common = Lines("common", 100);
        await ShipAsync(here, file, "original", common, 100);
        await here.RunAsync("/bin/cp", "-a", Path.Combine(here.Folder, "original"), Path.Combine(here.Folder, "copy"));
        await ShipAsync(here, file, "original", common + Lines("by the original", 50), 150);
        await ShipAsync(here, file, "copy", common + Lines("by the copy", 50), 200);

        Assert.Equal(50, await here.CountAsync("\"by the original\""));
        Assert.Equal(50, await here.CountAsync("\"by the copy\""));
        Assert.True(await here.CountAsync("telemetry.identity_conflict : true") >= 50);
        using var lifetime = await here.GetAsync($"/api/v1/lifetimes/{LifetimeId.From("web-1", "boot-1")}");
        Assert.True(lifetime.RootElement.GetProperty("identity_conflicts").GetInt64() > 0);
    }

    /// <summary>Gives the file this content, keeping its inode, and runs a shipper until so many lines are stored.</summary>
    private static async Task ShipAsync(Installation here, string file, string spool, string content, int stored)
    {
        await using (var stream = new FileStream(file, FileMode.OpenOrCreate))
        {
            stream.SetLength(0);
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(content));
        }

        await using var shipper = StartShipper(here, file, "boot-1", spool);
        await Eventually.Holds(async () => await here.CountAsync(Bulk) == stored, $"{stored} lines are stored", TimeSpan.FromSeconds(30));
    }

    private static RunningProcess StartShipper(Installation here, string file, string boot, string spool = "spool") =>
        here.Start("shipper", Installation.Shipper, "run", "--gateway", here.Gateway, "--instance-id", "web-1", "--boot-id", boot,
            "--data", Path.Combine(here.Folder, spool), "--watch", file);

    /// <summary>Past its start: it holds the file.</summary>
    private static bool ReadsInput(RunningProcess shipper)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{shipper.Id}/fd").Any(fd => File.ResolveLinkTarget(fd, false)?.Name == "app.log");
        }
        catch (IOException)
        {
            // A descriptor was closed between the listing and the look at it.
            return false;
        }
    }

    private static string Lines(string word, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(i => $"2026-01-02T03:04:05Z INFO {word} {i}\n"));
}
