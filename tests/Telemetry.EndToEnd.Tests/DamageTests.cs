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

    private static void Damage(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write);
        var rubbish = new byte[Math.Min(stream.Length, 8192)];
        new Random(1).NextBytes(rubbish);
        stream.Write(rubbish);
    }
}
