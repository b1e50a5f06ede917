namespace Telemetry.EndToEnd.Tests;

/// <summary>A damaged file is set aside as evidence and named, and the service starts and takes lines.</summary>
[Trait("Category", "heavy")]
public sealed class DamageTests
{
    [Theory]
    [InlineData("bus/bulk", "*.seg")]
    [InlineData("bus/critical", "head")]
    [InlineData("store/bulk", "state.db")]
    [InlineData("store/critical", "state.db")]
    [InlineData("store/bulk", "docs-*.db")]
    [InlineData("shipper/bulk", "*.seg")]
    public async Task UpStartsAndGoesOn(string folder, string pattern)
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await File.WriteAllTextAsync(file, "first line\n");
        var up = await here.UpAsync("--watch", file);
        await Eventually.Holds(async () => await here.CountAsync("\"first line\"") == 1, "the first line is found");
        await up.StopAsync();
        var damaged = Directory.EnumerateFiles(Path.Combine(here.Data, folder), pattern).Order().First();
        Damage(damaged);

        await using var again = await here.UpAsync("--watch", file);
        await File.AppendAllTextAsync(file, "second line\n");
        await Eventually.Holds(
            async () => await here.CountAsync("\"second line\"") == 1, $"a line is found although {damaged} was damaged", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task AnotherBusIsNamedAndNothingOfItPassedOver()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await File.WriteAllTextAsync(file, "first line\n");
        var up = await here.UpAsync("--watch", file);
        await Eventually.Holds(async () => await here.CountAsync("\"first line\"") == 1, "the first line is found");
        await up.StopAsync();
        Directory.Delete(Path.Combine(here.Data, "bus"), recursive: true);

        await using var again = await here.UpAsync("--no-shipper");
        var log = Path.Combine(here.Folder, "up.log");
        await Eventually.Holds(
            () => File.ReadAllText(log).Contains("it is another bus", StringComparison.Ordinal), "the log says so", TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task DamageWithinALargePartitionIsToldAndMendedAtTheNextStart()
    {
        const int Lines = 400_000;
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, Lines).Select(i => $"flood of line {i * 7919L:x8} from {i * 104_729L:x12}"));
        var up = await here.UpAsync("--watch", file);
        await Eventually.Holds(async () => await here.CountAsync("message:flood") == Lines, "all is found", TimeSpan.FromSeconds(60));
        await up.StopAsync();
        var partition = Directory.EnumerateFiles(Path.Combine(here.Data, "store/bulk"), "docs-*.db").Single();
        Damage(partition, 2000 * 4096, 1 << 20);

        await using (var damaged = await here.UpAsync("--no-shipper"))
        {
            using var answer = await here.GetAsync("/api/v1/search?q=message:flood");
            Assert.Contains(Path.GetFileName(partition), answer.RootElement.GetProperty("incomplete")[0].GetString(), StringComparison.Ordinal);
            Assert.InRange(answer.RootElement.GetProperty("total").GetInt64(), 1, Lines - 1);
            using var http = new HttpClient();
            using var health = await http.GetAsync(new Uri(here.Url + "/healthz"));
            Assert.Contains(partition, await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await using var again = await here.UpAsync("--no-shipper");
        await Eventually.Holds(async () => await here.CountAsync("message:flood") == Lines, "all is written again", TimeSpan.FromSeconds(60));
        using var whole = await here.GetAsync("/api/v1/search?q=message:flood");
        Assert.False(whole.RootElement.TryGetProperty("incomplete", out _));
    }

    private static void Damage(string path, long at = 0, int bytes = 8192)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write);
        var rubbish = new byte[Math.Min(stream.Length - at, bytes)];
        stream.Position = at;
        new Random(1).NextBytes(rubbish);
        stream.Write(rubbish);
    }
}
