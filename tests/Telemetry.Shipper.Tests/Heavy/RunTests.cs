using Telemetry.Protos.V1;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Shipper.Tests.Heavy;

[Trait("Category", "heavy")]
public sealed class RunTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _data = new();
    private readonly TemporaryDirectory _logs = new();
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await RealGateway.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _data.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task NothingIsLostOrDoubledByKills()
    {
        var expected = new List<string>();
        var random = new Random(4);
        using var log = new StreamWriter(_logs["a.log"], append: true) { AutoFlush = false };
        for (var round = 0; round < 5; round++)
        {
            using var shipper = Start();
            for (var i = 0; i < 20; i++)
            {
                var line = $"{round} {i} {new string('x', random.Next(300))}";
                expected.Add(line);
                log.WriteLine(line);
                if (random.Next(5) == 0)
                {
                    var trace = $"System.InvalidOperationException: {round} {i}\n   at A.B()\n   at C.D()";
                    expected.Add(trace);
                    log.WriteLine(trace);
                }

                log.Flush();
            }

            await Eventually.Holds(() => StartsSeen > round && _gateway.Lines().Count >= random.Next(expected.Count), "some lines have come", TimeSpan.FromSeconds(20));
            shipper.Signal("KILL");
        }

        using (var last = Start())
        {
            await Eventually.Holds(() => _gateway.Lines().Count >= expected.Count && StartsSeen >= 6, "all lines have come", TimeSpan.FromSeconds(20));
            last.Signal("TERM");
            var (exitCode, _, error) = await last.EndAsync();
            Assert.Equal(0, exitCode);
            Assert.DoesNotContain("do not add up", error);
        }

        Assert.Equal(expected, _gateway.Lines());
        Assert.Single(_gateway.Messages(RecordKind.StreamOpened, StreamOpened.Parser).Where(o => o.Kind == StreamKind.File).Select(o => o.Epoch).Distinct());
        Assert.Equal(6, _gateway.Messages(RecordKind.AgentStart, AgentStart.Parser).Count);
        Assert.NotEmpty(_gateway.Messages(RecordKind.Heartbeat, Heartbeat.Parser));
        Assert.Equal("signal TERM", Assert.Single(_gateway.Messages(RecordKind.AgentStop, AgentStop.Parser)).Reason);
        Assert.Empty(_gateway.Messages(RecordKind.Seal, Seal.Parser));
    }

    [Fact]
    public async Task AContainersEndSealsItsLifetime()
    {
        File.WriteAllText(_logs["a.log"], "one\ntwo\n");
        using var shipper = Start("--seal-on-stop", "terminated");
        await Eventually.Holds(() => _gateway.Lines().Count == 2, "both lines have come", TimeSpan.FromSeconds(20));
        File.AppendAllText(_logs["a.log"], "three\n");
        shipper.Signal("TERM");
        await shipper.EndAsync();
        var seals = _gateway.Messages(RecordKind.Seal, Seal.Parser);
        Assert.Equal([false, true], seals.Select(s => s.Final));
        var stream = Assert.Single(seals[1].Streams);
        Assert.Equal((3ul, true), (stream.NextSeq, stream.EndOfSource));
        Assert.Equal(3, _gateway.Lines().Count);
    }

    [Fact]
    public async Task ASealThatIsShippedAfterTheBootIsFinalAllTheSame()
    {
        File.WriteAllText(_logs["a.log"], "one\n");
        using (var shipper = Start("--seal-on-stop", "reboot", "--boot-id", "11111111-1111-1111-1111-111111111111"))
        {
            await Eventually.Holds(() => _gateway.Lines().Count == 1, "the first line has come", TimeSpan.FromSeconds(20));
            await _gateway.StopAsync();
            File.AppendAllText(_logs["a.log"], "two\n");
            shipper.Signal("TERM");
            await shipper.EndAsync();
        }

        await using var again = await RealGateway.StartAsync();
        using var next = new ShipperProcess(Arguments(again.Address).Concat(["--boot-id", "22222222-2222-2222-2222-222222222222"]));
        await Eventually.Holds(() => again.Messages(RecordKind.Seal, Seal.Parser).Count == 2, "the seals follow", TimeSpan.FromSeconds(20));
        var seal = again.Messages(RecordKind.Seal, Seal.Parser)[1];
        Assert.Equal((true, "reboot", 2ul), (seal.Final, seal.Reason, Assert.Single(seal.Streams).NextSeq));
        Assert.Contains("two", again.Lines());
    }

    [Theory]
    [InlineData("", RecordKind.AgentStop)]
    [InlineData("terminated", RecordKind.Seal)]
    public async Task NothingIsSaidAfterTheLastWord(string seal, RecordKind last)
    {
        using var shipper = Start("--heartbeat", "5ms", "--seal-on-stop", seal);
        await Eventually.Holds(() => _gateway.Kinds().Count(k => k == RecordKind.Heartbeat) > 20, "it beats", TimeSpan.FromSeconds(20));
        shipper.Signal("TERM");
        await shipper.EndAsync();
        Assert.Equal(last, _gateway.Kinds().Last(k => k != RecordKind.Line));
    }

    [Fact]
    public async Task ASecondShipperOnOneDataDirectoryIsTurnedAway()
    {
        using var first = Start();
        await Eventually.Holds(() => _gateway.Count > 0, "the first is up", TimeSpan.FromSeconds(20));
        var (exitCode, _, error) = await ShipperProcess.RunAsync("run", "--data", _data.Path, "--gateway", _gateway.Address.ToString());
        Assert.Equal(2, exitCode);
        Assert.Contains("is in use by another shipper", error);
    }

    [Fact]
    public async Task AnUnreachableGatewayIsSaidAndNothingIsLost()
    {
        File.WriteAllText(_logs["a.log"], "one\n");
        var address = _gateway.Address;
        await _gateway.StopAsync();
        using (var shipper = new ShipperProcess(Arguments(address)))
        {
            await Eventually.Holds(() => File.Exists(Path.Combine(_data.Path, "bulk", "head")), "it is up", TimeSpan.FromSeconds(20));
            shipper.Signal("TERM");
            var (exitCode, _, error) = await shipper.EndAsync();
            Assert.Equal(0, exitCode);
            Assert.Contains("has no gateway, nothing is lost and it tries again", error);
        }

        await using var again = await RealGateway.StartAsync();
        using var second = new ShipperProcess(Arguments(again.Address));
        await Eventually.Holds(() => again.Lines().Contains("one"), "the line has come", TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task APipeIsShippedToItsEnd()
    {
        using var pipe = new ShipperProcess(["pipe", "--name", "numbers", "--data", _data.Path, "--gateway", _gateway.Address.ToString(), "--instance-id", "i-1"]);
        for (var i = 0; i < 10_000; i++)
        {
            pipe.Process.StandardInput.Write($"number {i}\n");
        }

        var (exitCode, _, error) = await pipe.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.Contains("Everything is acknowledged.", error);
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => $"number {i}"), _gateway.Lines());
        Assert.Equal(10_000ul, Assert.Single(_gateway.Messages(RecordKind.StreamClosed, StreamClosed.Parser)).NextSeq);
    }

    private int StartsSeen => _gateway.Messages(RecordKind.AgentStart, AgentStart.Parser).Count;

    private ShipperProcess Start(params string[] more) => new(Arguments(_gateway.Address).Concat(more));

    private IEnumerable<string> Arguments(Uri gateway) =>
        ["run", "--data", _data.Path, "--watch", _logs["*.log"], "--gateway", gateway.ToString(), "--instance-id", "i-1", "--stop-wait", "3s"];
}
