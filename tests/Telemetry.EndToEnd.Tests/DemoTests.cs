using System.Text.Json;

namespace Telemetry.EndToEnd.Tests;

/// <summary>What a newcomer sees first.</summary>
[Trait("Category", "heavy")]
public sealed class DemoTests
{
    [Fact]
    public async Task WithinAMinuteItShowsLivesAndDeathsAndLeavesNothingBehind()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        await using (var up = await here.UpAsync("--no-shipper", "--demo"))
        {
            var deadline = TimeSpan.FromSeconds(75);
            await Eventually.Holds(
                async () => await TitlesAsync(here) is var titles && Has(titles, "InvalidOperationException") && Has(titles, "SIGSEGV") && Has(titles, "SIGKILL"),
                "three kinds of crashes are known", deadline);
            await Eventually.Holds(
                async () => await StatesAsync(here) is var states && states.Contains("alive") && states.Contains("sealed") && states.Contains("silent"),
                "lives, an orderly end and a silent one are known", deadline);
            Assert.InRange(await here.CountAsync("telemetry.lane : bulk"), 500, long.MaxValue);
            using var lifetimes = await here.GetAsync("/api/v1/lifetimes");
            Assert.Contains(
                lifetimes.RootElement.GetProperty("lifetimes").EnumerateArray(),
                lifetime => lifetime.GetProperty("successor").ValueKind == JsonValueKind.String);
        }

        await Eventually.Holds(() => Left(here.Data).Count == 0, "nothing that it started is left");
        var story = await File.ReadAllTextAsync(Path.Combine(here.Folder, "up.log"));
        Assert.Contains("throws System.InvalidOperationException", story);
    }

    private static bool Has(List<string> titles, string part) => titles.Exists(title => title.Contains(part));

    private static async Task<List<string>> TitlesAsync(Installation here)
    {
        using var crashes = await here.GetAsync("/api/v1/crashes");
        return [.. crashes.RootElement.GetProperty("crashes").EnumerateArray().Select(crash => crash.GetProperty("title").GetString()!)];
    }

    private static async Task<List<string>> StatesAsync(Installation here)
    {
        using var lifetimes = await here.GetAsync("/api/v1/lifetimes");
        return [.. lifetimes.RootElement.GetProperty("lifetimes").EnumerateArray().Select(lifetime => lifetime.GetProperty("state").GetString()!)];
    }

    private static List<string> Left(string data) =>
    [
        .. Directory.GetDirectories("/proc").Where(process => Path.GetFileName(process).All(char.IsDigit))
            .Where(process => TryRead(Path.Combine(process, "cmdline")).Contains(data, StringComparison.Ordinal)),
    ];

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
