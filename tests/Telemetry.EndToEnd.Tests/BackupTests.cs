using System.Globalization;

namespace Telemetry.EndToEnd.Tests;

/// <summary>`telemetry backup` and `telemetry restore` of an installation that goes on working.</summary>
[Trait("Category", "heavy")]
public sealed class BackupTests
{
    [Theory]
    [InlineData("backup")]
    [InlineData("backup.tar")]
    public async Task ARestoredServerKnowsAllThatWasAcknowledgedBeforeTheBackupOnce(string name)
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        var backup = Path.Combine(here.Folder, name);
        var restored = Path.Combine(here.Folder, "restored");
        var up = await here.UpAsync("--no-shipper");
        await using var shipper = StartShipper(here, file);
        using var load = new Load(file);
        await Eventually.Holds(async () => await here.CountAsync("message : tick") > 500, "lines are found", TimeSpan.FromSeconds(60));

        var known = await here.CountAsync("message : tick");
        var made = await here.TelemetryAsync("backup", backup);
        Assert.True(made.ExitCode == 0, made.Error);
        await Eventually.Holds(async () => await here.CountAsync("message : tick") > known + 300, "more lines come", TimeSpan.FromSeconds(60));
        await up.StopAsync();
        var restore = await here.TelemetryAsync("restore", backup, "--data", restored);
        Assert.True(restore.ExitCode == 0, restore.Error);

        await using var again = here.Start("again", Installation.Telemetry,
            "up", "--no-shipper", "--data", restored, "--http-port", $"{here.HttpPort}", "--grpc-port", $"{here.GrpcPort}");
        await here.ReadyAsync(again);
        await Eventually.Holds(async () => await here.CountAsync("message : tick") >= known, "what was known is found", TimeSpan.FromSeconds(60));
        load.Stop();
        await File.AppendAllTextAsync(file, "the last line\n");
        await Eventually.Holds(async () => await here.CountAsync("\"the last line\"") == 1, "shipping goes on", TimeSpan.FromSeconds(60));

        var numbers = await NumbersAsync(here);
        Assert.Equal(numbers.Distinct().Count(), numbers.Count);
        Assert.Equal(Enumerable.Range(0, (int)known), numbers.Order().Take((int)known));
        Assert.Equal(load.Written - 1, numbers.Max());
    }

    [Fact]
    public async Task ABackupThatIsKilledLeavesNothingThatRestoreTakes()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await using var up = await here.UpAsync("--no-shipper");
        await using var shipper = StartShipper(here, file);
        using var load = new Load(file);
        await Eventually.Holds(async () => await here.CountAsync("message : tick") > 200, "lines are found", TimeSpan.FromSeconds(60));
        var backup = Path.Combine(here.Folder, "killed.tar");
        for (var round = 0; round < 6; round++)
        {
            await using var making = here.Start("backup", Installation.Telemetry, "backup", backup, "--data", here.Data);
            await Eventually.Holds(
                () => making.HasExited || File.Exists(backup + ".unfinished"), "the backup begins", TimeSpan.FromSeconds(30));
            for (var wait = 0; wait < round * 20 && !making.HasExited; wait++)
            {
                await Task.Yield();
            }

            if (!making.HasExited)
            {
                await making.KillAsync();
            }

            var restored = Path.Combine(here.Folder, $"restored-{round}");
            var restore = await here.TelemetryAsync("restore", backup, "--data", restored);
            var half = await here.TelemetryAsync("restore", backup + ".unfinished", "--data", restored + "-half");
            Assert.Equal(File.Exists(backup), restore.ExitCode == 0);
            Assert.NotEqual(0, half.ExitCode);
            File.Delete(backup);
        }
    }

    private static RunningProcess StartShipper(Installation here, string file) => here.Start(
        "shipper", Installation.Shipper, "run", "--gateway", here.Gateway, "--data", Path.Combine(here.Folder, "shipper"),
        "--instance-id", "backup", "--watch", file);

    private static async Task<List<int>> NumbersAsync(Installation here)
    {
        List<int> numbers = [];
        var cursor = "";
        do
        {
            using var page = await here.GetAsync($"/api/v1/search?limit=1000&q={Uri.EscapeDataString("message : tick")}{cursor}");
            numbers.AddRange(page.RootElement.GetProperty("hits").EnumerateArray()
                .Select(hit => int.Parse(hit.GetProperty("message").GetString()!.Split(' ')[1], CultureInfo.InvariantCulture)));
            cursor = page.RootElement.GetProperty("next").GetString() is { } next ? $"&cursor={Uri.EscapeDataString(next)}" : "";
        }
        while (cursor.Length > 0);
        return numbers;
    }

    /// <summary>Appends numbered lines until it is stopped.</summary>
    private sealed class Load : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _stop;

        public Load(string file)
        {
            _thread = new Thread(() => Write(file));
            _thread.Start();
        }

        public int Written { get; private set; }

        public void Stop()
        {
            _stop = true;
            _thread.Join();
        }

        public void Dispose() => Stop();

        private void Write(string file)
        {
            using var log = new StreamWriter(file) { AutoFlush = true };
            for (; !_stop; Written++)
            {
                log.WriteLine($"tick {Written}");
                Thread.Sleep(2);
            }
        }
    }
}
