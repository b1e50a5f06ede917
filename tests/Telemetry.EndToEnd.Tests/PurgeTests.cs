using System.Text;

namespace Telemetry.EndToEnd.Tests;

/// <summary>`telemetry purge` while the server takes more in.</summary>
[Trait("Category", "heavy")]
public sealed class PurgeTests
{
    private const string Secret = "q7Zx9Kp2Vw5Tn8Rb3Lm6Hd1Jf4Gs0Yc";

    [Fact]
    public async Task ALeakedSecretIsGoneFromTheStoreAndDoesNotComeBack()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 3000).Select(i => i % 10 == 0 ? $"login with {Secret} {i}" : $"request {i}"));
        var up = await here.UpAsync("--watch", file);
        await Eventually.Holds(async () => await here.CountAsync("login or request") == 3000, "all lines are found", TimeSpan.FromSeconds(60));
        Assert.True(StoreHolds(here));

        var shown = await here.TelemetryAsync("purge", $"\"{Secret}\"", "--dry-run");
        var refused = await here.TelemetryAsync("purge", $"\"{Secret}\"");
        var purged = await here.TelemetryAsync("purge", $"\"{Secret}\"", "--yes");

        Assert.Contains("300 documents", shown.Out);
        Assert.Equal(2, refused.ExitCode);
        Assert.True(purged.ExitCode == 0, purged.Error);
        Assert.Contains("Purged 300 documents.", purged.Out);
        Assert.Contains("The bus keeps", purged.Error);
        Assert.False(StoreHolds(here));
        Assert.Equal((0, 2700), (await here.CountAsync($"\"{Secret}\""), await here.CountAsync("login or request")));
        Assert.Contains("\"count\":300", await File.ReadAllTextAsync(Path.Combine(here.Data, "audit.log")));

        // Neither a kill nor a restart makes the bus give it back, and what comes later is taken in.
        await up.KillAsync();
        await File.AppendAllTextAsync(file, "request after\n");
        await using var again = await here.UpAsync("--watch", file);
        await Eventually.Holds(async () => await here.CountAsync("\"request after\"") == 1, "shipping goes on", TimeSpan.FromSeconds(60));
        Assert.Equal(2701, await here.CountAsync("login or request"));
        Assert.False(StoreHolds(here));
        using var lifetimes = await here.GetAsync("/api/v1/lifetimes");
        var id = lifetimes.RootElement.GetProperty("lifetimes")[0].GetProperty("id").GetString();
        using var lifetime = await here.GetAsync($"/api/v1/lifetimes/{id}");
        var loss = lifetime.RootElement.GetProperty("losses").EnumerateArray().Single(l => l.GetProperty("reason").GetString() == "purged");
        Assert.Equal(300, loss.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task AStoreThatIsWrittenAnewFromTheBusDoesNotGetItBack()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 500).Select(i => i % 10 == 0 ? $"login with {Secret} {i}" : $"request {i}"));
        var up = await here.UpAsync("--watch", file);
        await Eventually.Holds(async () => await here.CountAsync("login or request") == 500, "all lines are found", TimeSpan.FromSeconds(60));
        var purged = await here.TelemetryAsync("purge", $"\"{Secret}\"", "--yes");
        Assert.True(purged.ExitCode == 0, purged.Error);
        await up.StopAsync();
        foreach (var partition in Directory.GetFiles(Path.Combine(here.Data, "store", "bulk"), "docs-*.db"))
        {
            await File.WriteAllBytesAsync(partition, new byte[8192]);
        }

        await using var again = await here.UpAsync("--watch", file);

        await Eventually.Holds(async () => await here.CountAsync("request") == 450, "the others are written again", TimeSpan.FromSeconds(60));
        await File.AppendAllTextAsync(file, "the last line\n");
        await Eventually.Holds(async () => await here.CountAsync("\"the last line\"") == 1, "all of the bus is read", TimeSpan.FromSeconds(60));
        Assert.Equal(0, await here.CountAsync("login"));
    }

    private static bool StoreHolds(Installation here) => Directory
        .EnumerateFiles(Path.Combine(here.Data, "store"), "*.db*", SearchOption.AllDirectories)
        .Where(path => !path.EndsWith(".lock", StringComparison.Ordinal) && !path.EndsWith("-shm", StringComparison.Ordinal))
        .Any(path => Content(path).AsSpan().IndexOf(Encoding.ASCII.GetBytes(Secret)) >= 0
            || Content(path).AsSpan().IndexOf(Encoding.ASCII.GetBytes(Secret.ToLowerInvariant())) >= 0);

    private static byte[] Content(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
