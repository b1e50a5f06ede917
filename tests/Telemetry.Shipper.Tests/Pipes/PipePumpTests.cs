using System.Text;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Pipes;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Tests.Pipes;

public sealed class PipePumpTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();
    private readonly FakeGateway _gateway = new();
    private readonly FakeTime _time = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task LinesAreCutWhateverTheSizesTheyComeIn()
    {
        var random = new Random(3);
        var lines = Enumerable.Range(0, 3000).Select(i => i % 100 == 0 ? "" : $"line {i} {new string('x', random.Next(200))}").ToList();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\r\n")));
        await using var agent = Start(out var pump, out var batcher);
        for (var at = 0; at < bytes.Length;)
        {
            var piece = Math.Min(bytes.Length - at, random.Next(1, 5000));
            pump.Feed(bytes.AsSpan(at, piece));
            at += piece;
        }

        await EndAsync(agent, pump, batcher);
        Assert.Equal(lines, _gateway.Lines());
    }

    [Theory]
    [InlineData("\n", 3_000_000)]
    [InlineData("\r\n", 3_000_000)]
    [InlineData("\r\n", 1)]
    [InlineData("", 70_000)]
    public async Task ALongLineIsKeptToTheLimitAndItsRestDeclared(string lineEnd, int rest)
    {
        await using var agent = Start(out var pump, out var batcher);
        pump.Feed(Encoding.UTF8.GetBytes("before\n" + new string('x', WireLimits.MaxLineBytes + rest) + lineEnd + (lineEnd.Length > 0 ? "after\n" : "")));
        await EndAsync(agent, pump, batcher);
        string[] expected = ["before", new string('x', WireLimits.MaxLineBytes), .. lineEnd.Length > 0 ? ["after"] : Array.Empty<string>()];
        Assert.Equal(expected, _gateway.Lines());
        var loss = Assert.Single(_gateway.Messages(RecordKind.Loss, Loss.Parser));
        Assert.Equal((LossReason.LineTooLong, (ulong)rest), (loss.Reason, loss.Bytes));
        Assert.Equal((ulong)rest, _gateway.Records.Values.Max(r => r.Truncated));
    }

    [Fact]
    public async Task PausesEndRecordsAndALateLineEndMakesNone()
    {
        await using var agent = Start(out var pump, out var batcher);
        pump.Feed("one\ntw"u8);
        _time.Advance(TimeSpan.FromSeconds(1));
        pump.Tick();
        _time.Advance(TimeSpan.FromSeconds(5));
        pump.Tick();
        pump.Feed("\r\nthree\n"u8);
        await EndAsync(agent, pump, batcher);
        Assert.Equal(["one", "tw", "three"], _gateway.Lines());
    }

    [Fact]
    public async Task AFullSpoolShedsAndDeclares()
    {
        await using var agent = Start(out var pump, out var batcher, send: false, shed: true);
        var random = new Random(5);
        var lines = 20_000;
        for (var i = 0; i < lines; i++)
        {
            pump.Feed(Encoding.ASCII.GetBytes($"{random.NextInt64():x}{random.NextInt64():x}{random.NextInt64():x}{random.NextInt64():x}{random.NextInt64():x}\n"));
        }

        agent.Send();
        await EndAsync(agent, pump, batcher);
        var losses = _gateway.Messages(RecordKind.Loss, Loss.Parser).Where(l => l.Reason == LossReason.SpoolFull).ToList();
        Assert.Equal(lines, _gateway.Lines().Count + losses.Sum(l => (int)l.Count));
        Assert.InRange(losses.Sum(l => (long)l.Count), 1, lines);
        Assert.Equal(losses.Sum(l => (long)l.Count), agent.Recorder.Losses[LossReason.SpoolFull].Records);
    }

    [Fact]
    public async Task ALossThatNoLineFollowsIsDeclared()
    {
        await using var agent = Start(out _, out var batcher);
        var stream = StreamState.Create(Some.Context().Lifetime, StreamKind.Pipe, "", "q", Lane.Bulk);
        stream.Begin(new Epoch(6), 1, "first seen");
        batcher.Skip(stream, 3, LossReason.SpoolFull, "The queue was full.");
        batcher.FlushIfDue();
        await agent.DrainAsync();
        Assert.Equal(3UL, Assert.Single(_gateway.Messages(RecordKind.Loss, Loss.Parser)).Count);
    }

    private async Task EndAsync(TestShipper agent, PipePump pump, LineBatcher batcher)
    {
        pump.End();
        batcher.Flush();
        await agent.DrainAsync();
        Assert.Empty(_gateway.Conflicts);
    }

    private TestShipper Start(out PipePump pump, out LineBatcher batcher, bool send = true, bool shed = false)
    {
        var agent = new TestShipper(_data.Path, _data["none"], _gateway, _time, send: send);
        var stream = StreamState.Create(Some.Context().Lifetime, StreamKind.Pipe, "", "p", Lane.Bulk);
        stream.Begin(new Epoch(5), 1, "first seen");
        var options = new PipeOptions { Batcher = new BatcherOptions { BatchBytes = 4096, ShedWhenFull = shed } };
        batcher = new LineBatcher(options.Batcher, agent.Bulk, agent.Recorder, Some.Context(), [stream], agent.Diagnostics, _time, CancellationToken.None);
        pump = new PipePump(options, stream, batcher, _time);
        return agent;
    }
}
