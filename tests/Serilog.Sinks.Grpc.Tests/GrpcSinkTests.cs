using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Serilog.Core;
using Serilog.Events;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Tests.Support.Servers;
using Telemetry.Wire;

namespace Serilog.Sinks.Grpc.Tests;

/// <summary>The sink as applications use it, against the real gateway.</summary>
public sealed class GrpcSinkTests
{
    private GrpcSink? _sink;

    [Fact]
    public async Task EventsArriveInOrderWithTheServiceThatWroteThem()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using (var logger = Logger(gateway.Address))
        {
            for (var i = 0; i < 1000; i++)
            {
                logger.Information("order {Id} of {User}", i, "Ann");
            }
        }

        Assert.Equal(Enumerable.Range(0, 1000), Ids(gateway));
        var start = Assert.Single(gateway.Messages(RecordKind.WorkloadStart, WorkloadStart.Parser));
        Assert.Equal(("shop", "1.2.3", Environment.ProcessId), (start.Workload.Name, start.Workload.Version, start.Pid));
        Assert.Equal(start.Workload.Id, Assert.Single(
            gateway.Messages(RecordKind.StreamOpened, StreamOpened.Parser), s => s.Kind == StreamKind.Application).WorkloadId);
        Assert.Equal((1000, 1000, 0, 0), (_sink!.Account.Emitted, _sink.Account.Acknowledged, _sink.Account.Buffered, _sink.Account.Dropped));
    }

    [Fact]
    public async Task AGatewayThatIsAwayAtFirstGetsEverything()
    {
        var port = FreePort.One();
        await using var logger = Logger(new Uri($"http://127.0.0.1:{port}"));
        logger.Information("order {Id}", 0);
        Assert.Equal(1, _sink!.Account.Buffered);
        await using var gateway = await RealGateway.StartAsync(port);
        await Eventually.Holds(() => _sink.Account.Acknowledged == 1, "the event is acknowledged");
        Assert.Equal([0], Ids(gateway));
    }

    [Fact]
    public async Task ABatchThatWaitsLongToFillIsSentWhenItsTimeHasCome()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using var logger = Logger(gateway.Address, o => o.BufferingTimeLimit = TimeSpan.FromSeconds(1.5));
        logger.Information("order {Id}", 1);
        await Eventually.Holds(() => gateway.LineCount == 1, "it arrives without another");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BatchesThatAreLargerThanTheirPlaceAreCutShorter(bool isInMemory)
    {
        using var folder = new TemporaryDirectory();
        await using var gateway = await RealGateway.StartAsync();
        await using (var logger = Logger(gateway.Address, o =>
        {
            (o.BatchBytesLimit, o.BatchSizeLimit, o.Compression) = (8 << 20, int.MaxValue, BatchCompression.None);
            o.BufferingTimeLimit = TimeSpan.FromSeconds(1);
            o.BufferPath = isInMemory ? null : folder.Path;
        }))
        {
            var noise = new string('x', 100_000);
            for (var i = 0; i < 100; i++)
            {
                logger.Information("order {Id} {Noise}", i, noise);
            }
        }

        Assert.Equal(Enumerable.Range(0, 100), Ids(gateway));
    }

    [Fact]
    public async Task FatalIsAcknowledgedBeforeEmitReturns()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using var logger = Logger(gateway.Address, o => o.FatalTimeout = TimeSpan.FromMinutes(1));
        logger.Information("order {Id}", 1);
        logger.Fatal("order {Id}", 2);
        Assert.Equal([1, 2], Ids(gateway));
    }

    [Fact]
    public async Task AFullQueueDropsAndSaysHowManyWhenTheGatewayIsBack()
    {
        var port = FreePort.One();
        await using var logger = Logger(new Uri($"http://127.0.0.1:{port}"), o =>
        {
            o.QueueBytesLimit = 1 << 20;
            o.EventBodyLimit = 1 << 14;
        });
        var random = new Random(1);
        for (var i = 0; i < 40_000; i++)
        {
            logger.Information("order {Id} {Noise}", i, Convert.ToHexString(RandomBytes(random, 150)));
        }

        var full = _sink!.Account;
        Assert.True(full.DroppedQueueFull > 0);
        Assert.Equal(full.Emitted, full.Acknowledged + full.Buffered + full.Dropped);
        await using var gateway = await RealGateway.StartAsync(port);
        await Eventually.Holds(() => _sink.Account.Buffered == 0, "all that was kept is acknowledged");
        await Eventually.Holds(
            () => gateway.Messages(RecordKind.Loss, Loss.Parser).Sum(l => (long)l.Count) == _sink.Account.Dropped, "the drops are declared");
        var ids = Ids(gateway);
        Assert.Equal(ids.Order(), ids);
        Assert.Equal(40_000 - _sink.Account.Dropped, ids.Count);
    }

    [Fact]
    public async Task DisposingEndsInTimeWhatEverThePeerDoes()
    {
        using var tarpit = new TcpListener(IPAddress.Loopback, 0);
        tarpit.Start();
        var logger = Logger(new Uri($"http://127.0.0.1:{((IPEndPoint)tarpit.LocalEndpoint).Port}"), o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(500));
        logger.Information("order {Id}", 1);
        var disposed = Task.Run(logger.Dispose);
        Assert.Same(disposed, await Task.WhenAny(disposed, Task.Delay(TimeSpan.FromSeconds(20))));
        logger.Dispose();
        await Eventually.Holds(() => _sink!.Account.DroppedShutdown == 1, "what was left is counted");
        Assert.Equal(0, _sink!.Account.Buffered);
    }

    [Fact]
    public void AnEndThatDoesNotComeIsCountedAndToldAllTheSame()
    {
        var told = new ConcurrentQueue<GrpcSinkFailure>();
        var options = new BatchedGrpcSinkOptions
        {
            Endpoint = $"http://127.0.0.1:{FreePort.One()}", ServiceName = "shop", ShutdownTimeout = TimeSpan.FromMilliseconds(200), OnFailure = told.Enqueue,
        };
        var sink = new GrpcSink(options, _ => null, new StoppedTime(), new Random(1));
        sink.Emit(Some.Event("order {Id}", 1));
        sink.Dispose();
        Assert.Equal((1, 0), (sink.Account.DroppedShutdown, sink.Account.Buffered));
        Assert.Equal(1, Assert.Single(told, failure => failure.Kind == GrpcSinkFailureKind.Final).Events);
        sink.Dispose();
        Assert.Equal((1, 0), (sink.Account.DroppedShutdown, sink.Account.Buffered));
    }

    [Fact]
    public async Task EventsAfterTheEndAreCountedAsDropped()
    {
        await using var gateway = await RealGateway.StartAsync();
        var logger = Logger(gateway.Address);
        await logger.DisposeAsync();
        _sink!.Emit(Some.Event("late"));
        Assert.Equal(1, _sink.Account.Dropped);
    }

    [Fact]
    public async Task AValueThatLogsWhileItIsWrittenCostsNothing()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using (var logger = Logger(gateway.Address))
        {
            var logEvent = Some.Event("order {Id}", 2);
            logEvent.AddPropertyIfAbsent(new LogEventProperty("Chatty", new ScalarValue(new Chatty(logger))));
            _sink!.Emit(logEvent);
        }

        Assert.Equal([1, 2], Ids(gateway));
        Assert.Contains("\"Chatty\":\"said\"", gateway.Lines()[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyThreadsLoseNothing()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using (var logger = Logger(gateway.Address))
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(t => Task.Run(() =>
            {
                for (var i = 0; i < 5000; i++)
                {
                    logger.Information("order {Id}", (t * 5000) + i);
                }
            })));
        }

        Assert.Equal(Enumerable.Range(0, 20_000), Ids(gateway).Order());
    }

    [Theory]
    [InlineData("ftp://x", "address")]
    [InlineData("nonsense", "address")]
    public void AWrongEndpointIsRefusedWhenTheLoggerIsConfigured(string endpoint, string expected)
    {
        var wrong = Assert.ThrowsAny<ArgumentException>(() => new LoggerConfiguration().WriteTo.Grpc(endpoint: endpoint));
        Assert.Contains(expected, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATokenDoesNotLeaveTheMachineInClear() =>
        Assert.ThrowsAny<ArgumentException>(() => new LoggerConfiguration().WriteTo.Grpc(endpoint: "http://example.com:4319", token: "t"));

    private sealed class Chatty(Logger logger)
    {
        public override string ToString()
        {
            logger.Information("order {Id}", 1);
            return "said";
        }
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static List<int> Ids(RealGateway gateway) =>
        [.. gateway.Lines().Select(line => JsonDocument.Parse(line).RootElement.GetProperty("Id").GetInt32())];

    [Fact]
    public async Task AFatalThatWaitedInVainDoesNotSpareTheNextTheDisk()
    {
        using var folder = new TemporaryDirectory();
        var time = new HastyTime();
        var options = new BatchedGrpcSinkOptions
        {
            Endpoint = $"http://127.0.0.1:{FreePort.One()}", ServiceName = "shop", BufferPath = folder.Path, Compression = BatchCompression.None,
            ShutdownTimeout = TimeSpan.FromSeconds(1),
        };
        await using var logger = new LoggerConfiguration().WriteTo.Sink(new GrpcSink(options, _ => null, time, new Random(1))).CreateLogger();
        time.IsHasty = true;
        logger.Fatal("order {Id}", 0);
        time.IsHasty = false;
        for (var i = 1; i < 10; i++)
        {
            logger.Fatal("order {Id}", i);
            Assert.Contains($"\"Id\":{i}", Segments(folder["shop/bulk"]), StringComparison.Ordinal);
        }
    }

    private static string Segments(string folder) => string.Concat(Directory.GetFiles(folder, "*.seg").Select(path =>
    {
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), System.Text.Encoding.Latin1);
        return file.ReadToEnd();
    }));

    private Logger Logger(Uri gateway, Action<BatchedGrpcSinkOptions>? configure = null)
    {
        var options = new BatchedGrpcSinkOptions
        {
            Endpoint = gateway.ToString(),
            ServiceName = "shop",
            ServiceVersion = "1.2.3",
            BufferingTimeLimit = TimeSpan.FromMilliseconds(20),
        };
        configure?.Invoke(options);
        _sink = new GrpcSink(options, _ => null, TimeProvider.System, new Random(1));
        return new LoggerConfiguration().WriteTo.Sink(_sink).CreateLogger();
    }

    /// <summary>Nothing that waits for it ends, as where all threads are taken.</summary>
    private sealed class StoppedTime : TimeProvider
    {
        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer();

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
