using System.Globalization;
using Telemetry.Tests.Support;

namespace Telemetry.EndToEnd.Tests.Chaos;

/// <summary>
/// Lines flow while a random process of the path is killed with SIGKILL at a random time and restarted. TELEMETRY_CHAOS_KILLS
/// says how often (40), TELEMETRY_SEED which way.
/// </summary>
[Trait("Category", "chaos")]
public class KillCampaign(ITestOutputHelper output)
{
    private readonly int _kills = Setting("TELEMETRY_CHAOS_KILLS", 40);
    private readonly int _seed = Setting("TELEMETRY_SEED", 1);

    [Fact]
    public async Task NothingIsLostDuplicatedOrSplit()
    {
        output.WriteLine($"{_kills} kills, TELEMETRY_SEED={_seed}");
        if (!File.Exists(Installation.Shipper))
        {
            Assert.Skip("The native shipper is not published: clang or zlib1g-dev is missing.");
        }

        await using var here = new Installation();
        var logs = Directory.CreateDirectory(Path.Combine(here.Folder, "logs")).FullName;
        var path = Members(here, logs);
        var random = new Random(_seed);
        using var truth = new GroundTruth(logs, new Random(_seed + 1));
        await using var console = here.Start("console", Installation.Telemetry,
            "console", "--data", here.Data, "--http-port", $"{here.HttpPort}");
        using var flowing = new CancellationTokenSource();
        var writer = WriteAsync(truth, flowing.Token);
        for (var kill = 1; kill <= _kills; kill++)
        {
            await Task.Delay(random.Next(20, 700));
            var victim = path[random.Next(path.Length)];
            await victim.KillAsync();
            await Task.Delay(random.Next(0, 200));
            victim.Restart();
        }

        await flowing.CancelAsync();
        await writer;
        truth.Finish();
        await here.ReadyAsync(console);
        await SettleAsync(here, truth.Records.Count);
        var verdict = await Checker.CompareAsync(here, truth.Records);
        output.WriteLine(verdict.ToString());
        Console.WriteLine($"chaos: {_kills} kills, seed {_seed}: {verdict}");
        Assert.True(verdict.IsClean, verdict.ToString());
    }

    private static Member[] Members(Installation here, string logs) =>
    [
        new(here, "gateway", Installation.Telemetry, "gateway", "--data", here.Data, "--grpc-port", $"{here.GrpcPort}"),
        new(here, "indexer", Installation.Telemetry, "indexer", "--data", here.Data),
        new(here, "shipper", Installation.Shipper, "run", "--gateway", here.Gateway, "--instance-id", "chaos",
            "--data", System.IO.Path.Combine(here.Folder, "shipper"), "--watch", System.IO.Path.Combine(logs, "*")),
    ];

    private static async Task WriteAsync(GroundTruth truth, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            truth.WriteSome();
            await Task.Delay(10, CancellationToken.None);
        }
    }

    /// <summary>Waits until as many records are stored as were written, and a little longer for what may come twice.</summary>
    private static async Task SettleAsync(Installation here, int written)
    {
        var patience = DateTime.UtcNow.AddSeconds(90);
        while (DateTime.UtcNow < patience && await here.CountAsync("telemetry.lane : bulk") < written)
        {
            await Task.Delay(200);
        }

        await Task.Delay(3000);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private sealed class Member
    {
        private readonly Installation _here;
        private readonly string _name;
        private readonly string _file;
        private readonly string[] _args;
        private RunningProcess _process;

        public Member(Installation here, string name, string file, params string[] args)
        {
            (_here, _name, _file, _args) = (here, name, file, args);
            _process = here.Start(name, file, args);
        }

        public Task KillAsync() => _process.KillAsync();

        public void Restart() => _process = _here.Start(_name, _file, _args);
    }
}
