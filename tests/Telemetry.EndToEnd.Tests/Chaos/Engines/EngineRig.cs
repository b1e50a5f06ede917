using System.Globalization;
using Telemetry.Tests.Support;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>
/// Kafka, Elasticsearch, a gateway, indexers and shippers on loopback, with directories of their own, and lines that flow into the files
/// the shippers watch.
/// </summary>
internal sealed class EngineRig : IAsyncDisposable
{
    private const int FilesPerShipper = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly Installation _here;
    private readonly string _busSettings;
    private readonly List<SourceFile> _files = [];
    private readonly ITestOutputHelper _output;

    private EngineRig(Installation here, KafkaServer kafka, ElasticsearchServer elastic, int shippers, int seed, string busSettings, ITestOutputHelper output)
    {
        (_here, KafkaServer, ElasticServer, Seed, _busSettings, _output) = (here, kafka, elastic, seed, busSettings, output);
        Kafka = new ServerVictim("kafka", kafka.KillAsync, kafka.RestartAsync);
        Elastic = new ServerVictim("elasticsearch", elastic.KillAsync, elastic.RestartAsync);
        Gateway = Program("gateway", Installation.Telemetry,
            "gateway", "--data", here.Folder + "/gateway", "--bus", Bus, "--grpc-port", $"{here.GrpcPort}");
        Shippers = [.. Enumerable.Range(1, shippers).Select(Shipper)];
        Load = new Load(_files, seed + 1);
        Store = new StoredDocuments(elastic.Url);
    }

    public KafkaServer KafkaServer { get; }

    public ElasticsearchServer ElasticServer { get; }

    public int Seed { get; }

    public Timeline Timeline { get; } = new();

    public ServerVictim Kafka { get; }

    public ServerVictim Elastic { get; }

    public ProgramVictim Gateway { get; }

    public List<ProgramVictim> Indexers { get; } = [];

    public IReadOnlyList<ProgramVictim> Shippers { get; }

    public Load Load { get; }

    public StoredDocuments Store { get; }

    /// <summary>The bus as the programs know it.</summary>
    public string Bus => $"kafka://{KafkaServer.Broker}?replication=1&min_isr=1{_busSettings}";

    /// <summary>Everything of ours, running or not.</summary>
    public IEnumerable<ProgramVictim> Programs => [Gateway, .. Indexers, .. Shippers];

    /// <summary>A number from the environment.</summary>
    public static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    /// <summary>Starts the servers; skips the test when they, or the shipper, are not there.</summary>
    /// <param name="output">For what the test prints.</param>
    /// <param name="shippers">How many, of two files each.</param>
    /// <param name="indexers">How many are defined; more by <see cref="AddIndexer"/>.</param>
    /// <param name="busSettings">More settings of the bus, each with "&amp;" before it.</param>
    public static async Task<EngineRig> CreateAsync(ITestOutputHelper output, int shippers, int indexers, string busSettings = "")
    {
        if (!KafkaServer.Available(out var reason) || !ElasticsearchServer.Available(out reason))
        {
            Assert.Skip(reason);
        }

        Commands.NeedShipper();
        var seed = Setting("TELEMETRY_SEED", 1);
        output.WriteLine($"TELEMETRY_SEED={seed}");
        var kafka = KafkaServer.StartAsync("256m");
        var elastic = ElasticsearchServer.StartAsync("384m");
        var rig = new EngineRig(new Installation(), await kafka, await elastic, shippers, seed, busSettings, output);
        for (var i = 0; i < indexers; i++)
        {
            rig.AddIndexer();
        }

        return rig;
    }

    /// <summary>Defines one more indexer with a directory of its own; it does not run yet.</summary>
    public ProgramVictim AddIndexer()
    {
        var name = $"indexer-{Indexers.Count + 1}";
        Indexers.Add(Program(name, Installation.Telemetry,
            "indexer", "--data", $"{_here.Folder}/{name}", "--bus", Bus, "--store", ElasticServer.Url));
        return Indexers[^1];
    }

    /// <summary>A file that a shipper watches, beside those of the load.</summary>
    public string LogFile(int shipper, string name) => Path.Combine(LogFolder(shipper), name);

    /// <summary>Runs `telemetry ARGS` to its end.</summary>
    public Task<CommandResult> TelemetryAsync(params string[] args) => _here.TelemetryAsync(args);

    /// <summary>Starts all of ours.</summary>
    public void StartPrograms()
    {
        foreach (var program in Programs)
        {
            program.Restart();
        }
    }

    /// <summary>Everything runs again.</summary>
    public async Task HealAsync()
    {
        Kafka.Restart();
        Elastic.Restart();
        foreach (var program in Programs)
        {
            program.Continue();
            program.Restart();
        }

        await Task.WhenAll(Kafka.ReadyAsync(), Elastic.ReadyAsync());
    }

    /// <summary>Waits until the store has as many lines as were written; gives up when nothing comes any more.</summary>
    public Task DrainAsync() => DrainAsync(Load.Written);

    /// <summary>Waits for so many lines; gives up when nothing comes any more.</summary>
    public async Task DrainAsync(long lines)
    {
        var (best, since) = (0L, Timeline.Elapsed);
        while (true)
        {
            ThrowIfEnded();
            var count = await Store.CountAsync();
            if (count >= lines)
            {
                Timeline.Add($"drained: {count} lines");
                return;
            }

            if (count > best)
            {
                (best, since) = (count, Timeline.Elapsed);
            }
            else if (Timeline.Elapsed - since > Patience)
            {
                Timeline.Add($"stuck at {count} of {lines}");
                return;
            }

            await Task.Delay(500);
        }
    }

    /// <summary>Waits until so many more lines are stored than now; fails when they do not come.</summary>
    public async Task FlowAsync(int lines)
    {
        var from = await Store.CountAsync();
        var since = Timeline.Elapsed;
        while (await Store.CountAsync() < from + lines)
        {
            ThrowIfEnded();
            if (Timeline.Elapsed - since > Patience)
            {
                throw new TimeoutException($"Not {lines} more lines than {from} within {Patience}.");
            }

            await Task.Delay(200);
        }
    }

    /// <summary>
    /// Ends the load, lets all drain, ends the programs in order, so that nothing comes any more, and compares.
    /// </summary>
    public async Task<StoreVerdict> FinishAsync(long missing = 0)
    {
        await Load.StopAsync();
        await HealAsync();
        await DrainAsync(Load.Written - missing);
        foreach (var program in Shippers.Append(Gateway).Concat(Indexers))
        {
            await program.StopAsync();
        }

        var verdict = await StoreChecker.CompareAsync(Store, Load.Files);
        Say(verdict.ToString());
        return verdict;
    }

    /// <summary>The load rests, everything drains and is compared, and the load goes on.</summary>
    public async Task CheckAsync(string when, int linesPerSecond)
    {
        await Load.StopAsync();
        await HealAsync();
        await DrainAsync();
        var verdict = await StoreChecker.CompareAsync(Store, Load.Files);
        Say($"{when}, {Timeline.Elapsed}: {verdict}");
        Assert.True(verdict.IsClean, Report($"After {when}: {verdict}"));
        Load.Start(linesPerSecond);
    }

    /// <summary>Told at once, and to who reads the results.</summary>
    public void Say(string text)
    {
        Timeline.Add(text);
        _output.WriteLine(text);
        Console.WriteLine($"chaos engines, seed {Seed}: {text}");
    }

    /// <summary>For an assertion's message: what was done and what the programs said last.</summary>
    public string Report(string problem) =>
        $"{problem}\nTELEMETRY_SEED={Seed}\n{Timeline}\n" + string.Join('\n', Programs.Select(Tail));

    public async ValueTask DisposeAsync()
    {
        await Load.DisposeAsync();
        foreach (var program in Programs)
        {
            await program.KillAsync();
        }

        Store.Dispose();
        await Kafka.KillAsync();
        await Elastic.KillAsync();
        if (Environment.GetEnvironmentVariable("TELEMETRY_TEST_KEEP") is null)
        {
            await KafkaServer.DisposeAsync();
            await ElasticServer.DisposeAsync();
        }

        await _here.DisposeAsync();
    }

    private void ThrowIfEnded()
    {
        if (Programs.FirstOrDefault(p => p.EndedByItself) is { } ended)
        {
            throw new InvalidOperationException(Report($"{ended.Name} ended by itself."));
        }
    }

    private ProgramVictim Program(string name, string file, params string[] args) => new(_here.Folder, name, file, args);

    private ProgramVictim Shipper(int number)
    {
        var logs = Directory.CreateDirectory(LogFolder(number)).FullName;
        for (var i = 0; i < FilesPerShipper; i++)
        {
            _files.Add(new SourceFile(logs, $"s{number}{(char)('a' + i)}"));
        }

        return Program($"shipper-{number}", Installation.Shipper,
            "run", "--gateway", _here.Gateway, "--data", $"{_here.Folder}/shipper-{number}", "--watch", logs + "/*.log",
            "--instance-id", $"chaos-{number}");
    }

    private string LogFolder(int shipper) => $"{_here.Folder}/logs-{shipper}";

    private static string Tail(ProgramVictim program) => File.Exists(program.LogFile)
        ? $"-- {program.Name}\n" + string.Join('\n', File.ReadLines(program.LogFile).TakeLast(12))
        : $"-- {program.Name} printed nothing";
}
