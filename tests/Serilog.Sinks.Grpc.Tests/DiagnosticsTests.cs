using System.Diagnostics.Metrics;
using System.Globalization;
using Serilog.Sinks.Grpc.Buffering;
using Serilog.Sinks.Grpc.Diagnostics;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Shipping.Diagnostics;
using DiagnosticLog = Telemetry.Shipping.Diagnostics.Log;

namespace Serilog.Sinks.Grpc.Tests;

/// <summary>What a sink tells of itself.</summary>
public sealed class DiagnosticsTests
{
    private readonly StringWriter _said = new();
    private BufferCounts _buffer;
    private LaneCounts _lanes;

    [Fact]
    public void WhatIsRefusedIsNeverTakenForAcknowledged()
    {
        var accounting = new SinkAccounting(() => _buffer, () => _lanes);
        (_buffer, _lanes) = (new(10, 100, 0, 0, 0), new(10, 6, 0, 0, 0));
        Assert.Equal((6, 0, 4), Shares(accounting.Account));
        _lanes = _lanes with { Rejected = 3 };
        Assert.Equal((6, 3, 1), Shares(accounting.Account));
        _lanes = _lanes with { Settled = 10 };
        Assert.Equal((7, 3, 0), Shares(accounting.Account));
    }

    [Theory]
    [InlineData(false, 4, 0)]
    [InlineData(true, 2, 2)]
    public void WhatIsLeftAtTheEndIsLostUnlessItIsKept(bool isKept, long lost, long buffered)
    {
        var accounting = new SinkAccounting(() => _buffer, () => _lanes);
        (_buffer, _lanes) = (new(10, 100, 2, 0, 0), new(8, 6, 0, 0, 0));
        accounting.End(isKept);
        _buffer = new BufferCounts(11, 110, 2, 0, 1);
        Assert.Equal((11, 6, buffered, lost + 1), (accounting.Account.Emitted, accounting.Account.Acknowledged, accounting.Account.Buffered, accounting.Account.DroppedShutdown));
    }

    [Fact]
    public void TheFirstDropAndThenOneInTenSecondsAreSaid()
    {
        var heard = new List<GrpcSinkFailure>();
        var time = new FakeTime();
        using var watch = Watch(time, heard.Add);
        for (var i = 1; i <= 25; i++)
        {
            _buffer = new BufferCounts(100, 0, 0, i, 0);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(
            [1, 11, 21, 25],
            _said.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(s => int.Parse(s.Split("ERROR ")[1].Split(' ')[0], CultureInfo.InvariantCulture)));
        Assert.Equal(25, heard.Sum(f => f.Events));
        Assert.All(heard, f => Assert.Equal(GrpcSinkFailureKind.Permanent, f.Kind));
    }

    [Fact]
    public void AListenerThatThrowsHarmsNothing()
    {
        var time = new FakeTime();
        using var watch = Watch(time, _ => throw new InvalidOperationException());
        _buffer = new BufferCounts(1, 0, 0, 1, 0);
        time.Advance(TimeSpan.FromSeconds(1));
        _lanes = new LaneCounts(0, 0, 0, 0, 1);
        time.Advance(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task AListenerHearsOfAGatewayThatIsAwayAndOfTheEndAndMayLog()
    {
        var heard = new List<GrpcSinkFailure>();
        var diagnostics = new GrpcSinkDiagnostics();
        Core.Logger logger = null!;
        logger = new LoggerConfiguration().WriteTo.Grpc(o =>
        {
            o.Endpoint = "http://127.0.0.1:1";
            o.Diagnostics = diagnostics;
            o.ShutdownTimeout = TimeSpan.FromSeconds(1);
            o.OnFailure = failure =>
            {
                lock (heard)
                {
                    heard.Add(failure);
                }

                logger.Warning("heard of {Kind}", failure.Kind);
            };
        }, ignoreEnvironment: true).CreateLogger();
        logger.Information("one");
        await Eventually.Holds(() => diagnostics.Account.Emitted >= 2, "what the listener logs is taken");
        await logger.DisposeAsync();
        await Eventually.Holds(() => Kinds().Contains(GrpcSinkFailureKind.Final), "the end is told");
        Assert.Contains(GrpcSinkFailureKind.Temporary, Kinds());
        Assert.Equal(diagnostics.Account.Emitted, diagnostics.Account.DroppedShutdown);

        List<GrpcSinkFailureKind> Kinds()
        {
            lock (heard)
            {
                return [.. heard.Select(f => f.Kind)];
            }
        }
    }

    [Fact]
    public async Task TheMeterTellsTheSameAsTheAccountOfAllSinks()
    {
        await using var gateway = await RealGateway.StartAsync();
        var diagnostics = new GrpcSinkDiagnostics();
        var read = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == GrpcSinkDiagnostics.MeterName && instrument.Meter.Tags!.Any(t => t.Value is "metered-1" or "metered-2"))
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var name = instrument.Name + (tags.Length > 0 ? "." + tags[0].Value : "");
            read[name] = read.GetValueOrDefault(name) + value;
        });
        listener.Start();
        await using var first = Logger("metered-1");
        await using var second = Logger("metered-2");
        first.Information("one");
        second.Information("two");
        second.Information("three");
        await Eventually.Holds(() => diagnostics.Account.Acknowledged == 3, "all are acknowledged");
        listener.RecordObservableInstruments();
        var account = diagnostics.Account;
        Assert.Equal(
            (account.Emitted, account.Acknowledged, account.Buffered, account.DroppedQueueFull, account.EmittedBytes, account.Connections),
            (read["sink.events.emitted"], read["sink.events.acknowledged"], read["sink.events.buffered"], read["sink.events.dropped.queue_full"],
                read["sink.bytes.emitted"], read["sink.connections"]));
        Assert.Equal((3, 2), (account.Emitted, account.Connections));

        Core.Logger Logger(string name) => new LoggerConfiguration().WriteTo.Grpc(
            o => (o.Endpoint, o.ServiceName, o.Diagnostics) = (gateway.Address.ToString(), name, diagnostics), ignoreEnvironment: true).CreateLogger();
    }

    private static (long Acknowledged, long Rejected, long Buffered) Shares(GrpcSinkAccount account) =>
        (account.Acknowledged, account.DroppedRejected, account.Buffered);

    private FailureWatch Watch(FakeTime time, Action<GrpcSinkFailure> listener) => new(
        this, new SinkAccounting(() => _buffer, () => _lanes), () => "away", listener, new DiagnosticLog(_said, LogLevel.Warn, time), time);
}
