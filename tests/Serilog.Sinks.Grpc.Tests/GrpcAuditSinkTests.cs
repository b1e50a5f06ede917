using System.Net;
using System.Net.Sockets;
using Serilog.Core;
using Serilog.Events;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Tests.Support.Servers;

namespace Serilog.Sinks.Grpc.Tests;

/// <summary><c>AuditTo.Grpc()</c> against the real gateway.</summary>
public sealed class GrpcAuditSinkTests
{
    private readonly GrpcSinkDiagnostics _diagnostics = new();

    [Fact]
    public async Task AnEventIsInTheBusWhenLoggingReturns()
    {
        await using var gateway = await RealGateway.StartAsync();
        using var logger = Logger(gateway.Address);
        for (var i = 1; i <= 20; i++)
        {
            logger.Information("order {Id}", i);
            Assert.Equal(i, gateway.Lines().Count);
        }

        Assert.Equal((20, 20, 0), (_diagnostics.Account.Emitted, _diagnostics.Account.Acknowledged, _diagnostics.Account.Buffered));
    }

    [Fact]
    public async Task ManyThreadsAuditAtATime()
    {
        await using var gateway = await RealGateway.StartAsync();
        using var logger = Logger(gateway.Address);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                logger.Information("order {Id}", i);
            }
        })));
        Assert.Equal(160, gateway.Lines().Count);
    }

    [Fact]
    public async Task WithoutAGatewayLoggingThrowsAndWithOneItGoesOn()
    {
        var port = FreePort.One();
        using var logger = Logger(new Uri($"http://127.0.0.1:{port}"), TimeSpan.FromMilliseconds(300));
        Assert.IsType<GrpcSinkException>(Failure(() => logger.Information("order {Id}", 1)));
        await using var gateway = await RealGateway.StartAsync(port);
        await Eventually.Holds(() => Record.Exception(() => logger.Information("order {Id}", 2)) is null, "an event is acknowledged");
    }

    [Fact]
    public void APeerThatTakesAndNeverAnswersIsAFailure()
    {
        using var tarpit = new TcpListener(IPAddress.Loopback, 0);
        tarpit.Start();
        using var logger = Logger(new Uri($"http://127.0.0.1:{((IPEndPoint)tarpit.LocalEndpoint).Port}"), TimeSpan.FromMilliseconds(300));
        Assert.IsType<GrpcSinkException>(Failure(() => logger.Information("order {Id}", 1)));
    }

    [Fact]
    public void MoreThanTheMemoryForThemFails()
    {
        using var logger = Logger(new Uri($"http://127.0.0.1:{FreePort.One()}"), TimeSpan.FromMilliseconds(1));
        var random = new Random(1);
        Exception? refused = null;
        for (var i = 0; i < 200 && refused is null; i++)
        {
            var noise = new byte[50_000];
            random.NextBytes(noise);
            var failure = Failure(() => logger.Information("{Noise}", Convert.ToBase64String(noise)));
            refused = failure.Message.Contains("full", StringComparison.Ordinal) ? failure : null;
        }

        Assert.NotNull(refused);
        var account = _diagnostics.Account;
        Assert.True(account.DroppedQueueFull > 0);
        Assert.Equal(account.Emitted, account.Acknowledged + account.Buffered + account.Dropped);
    }

    [Fact]
    public async Task AnEventThatCannotBeWrittenFails()
    {
        await using var gateway = await RealGateway.StartAsync();
        using var logger = Logger(gateway.Address);
        var bad = Some.Event("order {Id}", 1);
        bad.AddPropertyIfAbsent(new LogEventProperty("Bad", new ScalarValue(new Mute())));
        Assert.Contains("NotSupportedException", Failure(() => logger.Write(bad)).Message, StringComparison.Ordinal);
        Assert.Empty(gateway.Lines());
    }

    [Fact]
    public async Task AfterItsEndLoggingThrows()
    {
        await using var gateway = await RealGateway.StartAsync();
        var logger = Logger(gateway.Address);
        logger.Dispose();
        logger.Dispose();
        Assert.IsType<GrpcSinkException>(Failure(() => logger.Information("late")));
    }

    /// <summary>Serilog collects what audit sinks throw.</summary>
    private static Exception Failure(Action log) => Assert.Throws<AggregateException>(log).InnerExceptions[0];

    private Logger Logger(Uri gateway, TimeSpan? callTimeout = null) => new LoggerConfiguration().AuditTo.Grpc(
        o =>
        {
            (o.Endpoint, o.ServiceName, o.Diagnostics) = (gateway.ToString(), "shop", _diagnostics);
            o.CallTimeout = callTimeout ?? o.CallTimeout;
        },
        ignoreEnvironment: true).CreateLogger();

    private sealed class Mute
    {
        public override string ToString() => throw new NotSupportedException();
    }
}
