using Telemetry.Protos.V1;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Wire;
using BatchHeader = Telemetry.Wire.BatchHeader;

namespace Telemetry.Shipper.Tests.Sending;

public sealed class LaneSessionTests : IDisposable
{
    private readonly TemporaryDirectory _logs = new();
    private readonly TemporaryDirectory _data = new();
    private readonly FakeGateway _gateway = new();
    private readonly FakeTime _time = new();
    private readonly List<string> _lines = Enumerable.Range(0, 500).Select(i => $"line number {i} {i * 7919}").ToList();

    public LaneSessionTests() => File.WriteAllLines(_logs["a.log"], _lines);

    public void Dispose()
    {
        _logs.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task ARejectedBatchIsReadAgainOnce()
    {
        var rejected = new HashSet<uint>();
        _gateway.Judge = h => rejected.Add(h.RawCrc32C) ? FakeGateway.Verdict.RejectChecksum : FakeGateway.Verdict.Ack;
        await ShipAsync();
        Assert.Equal(_lines, _gateway.Lines());
        Assert.Empty(_gateway.Messages(RecordKind.Loss, Loss.Parser));
    }

    [Fact]
    public async Task ABatchThatStaysRejectedIsALossAndTheLaneGoesOn()
    {
        uint? poison = null;
        _gateway.Judge = h => IsBulk(h) && (poison ??= h.RawCrc32C) == h.RawCrc32C ? FakeGateway.Verdict.RejectChecksum : FakeGateway.Verdict.Ack;
        var agent = await ShipAsync();
        var losses = _gateway.Messages(RecordKind.Loss, Loss.Parser);
        Assert.All(losses, l => Assert.Equal(LossReason.Rejected, l.Reason));
        Assert.Equal(_lines.Count, _gateway.Lines().Count + losses.Sum(l => (int)l.Count));
        Assert.Equal(losses.Sum(l => (long)l.Count), agent.Recorder.Losses[LossReason.Rejected].Records);
    }

    [Fact]
    public async Task ABatchThatIsTooLargeIsCutUntilItFits()
    {
        _gateway.Judge = h => h.RawSize > 300 ? FakeGateway.Verdict.RejectSize : FakeGateway.Verdict.Ack;
        await ShipAsync();
        Assert.Equal(_lines, _gateway.Lines());
        Assert.DoesNotContain(_gateway.Messages(RecordKind.Loss, Loss.Parser), l => l.Detail.Contains("line"));
    }

    [Fact]
    public async Task TheLimitsOfTheWelcomeAreKept()
    {
        _gateway.Welcome = new Welcome { MaxBatchBytes = 4 << 20, MaxRawBytes = 600, MaxUnackedBatches = 2 };
        var largest = 0;
        _gateway.Judge = h =>
        {
            largest = Math.Max(largest, IsBulk(h) ? h.RawSize : 0);
            return FakeGateway.Verdict.Ack;
        };
        await ShipAsync();
        Assert.Equal(_lines, _gateway.Lines());
        Assert.InRange(largest, 1, 600);
    }

    [Fact]
    public async Task AGatewayThatFallsSilentIsLeftAndTheSameBatchesAreSentAgain()
    {
        var silent = true;
        _gateway.Judge = _ => silent ? FakeGateway.Verdict.Silence : FakeGateway.Verdict.Ack;
        await using var agent = Start();
        await Eventually.Holds(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            agent.Tailer.Turn();
            return _gateway.Connections > 3;
        }, "the silent gateway is left", TimeSpan.FromSeconds(20));
        silent = false;
        await agent.ReadToTheLastByteAsync();
        Assert.Equal(_lines, _gateway.Lines());
        Assert.Empty(_gateway.Conflicts);
        Assert.Contains("no acknowledgement for 2 s", agent.Output.ToString());
    }

    private static bool IsBulk(BatchHeader header) => header.Lane == Wire.Lane.Bulk;

    private async Task<TestShipper> ShipAsync()
    {
        await using var agent = Start();
        await agent.ReadToTheLastByteAsync();
        Assert.Empty(_gateway.Conflicts);
        return agent;
    }

    private TestShipper Start() =>
        new(_data.Path, _logs["*"], _gateway, _time, configure: o => o with { BatchBytes = 2048 });
}
