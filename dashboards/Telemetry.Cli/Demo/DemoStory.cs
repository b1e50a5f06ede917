namespace Telemetry.Cli.Demo;

/// <summary>
/// What happens to the fleet: within a minute a crash by exception, one by a bad pointer, one from outside, an orderly
/// replacement, a shipper that dies and resumes, and a server that vanishes. Then it goes on serving, with a crash now and then.
/// </summary>
internal sealed class DemoStory(DemoFleet fleet, Narrator narrator, Uri console, TimeProvider time)
{
    /// <summary>Runs until cancelled.</summary>
    public async Task TellAsync(CancellationToken cancel)
    {
        fleet.BootAll(new Dictionary<string, string[]>
        {
            ["api-2"] = ["--throw-after", "8"],
            ["worker-1"] = ["--segfault-after", "14"],
        });
        narrator.Tell("", $"{fleet.Count} servers boot in three zones, each with a shipper of its own", Page("lifetimes"));
        var acts = new[]
        {
            ThrowAsync(cancel),
            SegfaultAsync(cancel),
            KillShipperAsync(Seconds(20), cancel),
            KillServiceAsync(Seconds(26), cancel),
            ReplaceAsync(Seconds(32), cancel),
            VanishAsync(Seconds(40), cancel),
        };
        await Task.WhenAll(acts);
        narrator.Tell("", "the fleet goes on; api-2 crashes every two minutes, Ctrl-C ends everything", Page("crashes"));
        while (true)
        {
            await ThrowAsync(cancel);
        }
    }

    private async Task ThrowAsync(CancellationToken cancel)
    {
        var server = fleet["api-2"];
        await server.EndedAsync(cancel);
        narrator.Tell(
            server.Name, "throws System.InvalidOperationException, caused by System.TimeoutException, and nobody catches it",
            Search("error.type : System.InvalidOperationException"));
        await PauseAsync(Seconds(3), cancel);
        server.StartService("--throw-after", "120");
        narrator.Tell(server.Name, "its service is started again, in the same life");
    }

    private async Task SegfaultAsync(CancellationToken cancel)
    {
        var server = fleet["worker-1"];
        await server.EndedAsync(cancel);
        narrator.Tell(server.Name, "reads where nothing is and ends with SIGSEGV", Search("crash.signal : SIGSEGV"));
        await PauseAsync(Seconds(3), cancel);
        server.StartService();
        narrator.Tell(server.Name, "its service is started again, in the same life");
    }

    private async Task KillShipperAsync(TimeSpan after, CancellationToken cancel)
    {
        var server = fleet["web-2"];
        await PauseAsync(after, cancel);
        server.KillShipper();
        narrator.Tell(server.Name, "its shipper is killed with SIGKILL; the service goes on writing");
        await PauseAsync(Seconds(6), cancel);
        server.StartShipper();
        narrator.Tell(
            server.Name, "its shipper comes back and resumes: nothing is missing, nothing is there twice",
            Search("host.name : web-2"));
    }

    private async Task KillServiceAsync(TimeSpan after, CancellationToken cancel)
    {
        var server = fleet["worker-2"];
        await PauseAsync(after, cancel);
        server.KillService();
        await server.EndedAsync(cancel);
        narrator.Tell(
            server.Name, "its service is killed from outside with SIGKILL, and is not started again",
            Search("crash.signal : SIGKILL"));
    }

    private async Task ReplaceAsync(TimeSpan after, CancellationToken cancel)
    {
        var server = fleet["web-1"];
        await PauseAsync(after, cancel);
        await server.SealAsync();
        narrator.Tell(server.Name, "shuts down in an orderly way: its lifetime is sealed");
        await PauseAsync(Seconds(4), cancel);
        server.Boot();
        narrator.Tell(server.Name, "boots from a new image: the same instance, a new lifetime", Page("lifetimes"));
    }

    private async Task VanishAsync(TimeSpan after, CancellationToken cancel)
    {
        var server = fleet["db-1"];
        await PauseAsync(after, cancel);
        server.PullThePlug();
        narrator.Tell(server.Name, "vanishes: no word, no seal; silence means death, not health", Page("lifetimes"));
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private string Page(string name) => new Uri(console, name).ToString();

    private string Search(string query) => $"{new Uri(console, "/")}?since=15m&q={Uri.EscapeDataString(query)}";

    private Task PauseAsync(TimeSpan pause, CancellationToken cancel) => Task.Delay(pause, time, cancel);
}
