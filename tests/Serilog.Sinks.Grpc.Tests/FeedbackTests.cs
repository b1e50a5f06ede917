using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Net;
using System.Net.Sockets;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Sinks.Grpc.Sending;
using Telemetry.Shipper.Tests.Support;

namespace Serilog.Sinks.Grpc.Tests;

/// <summary>Listens to all of the process, so that nothing else may happen in it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>What the sink does by itself makes nothing more to ship.</summary>
[Collection(nameof(Alone))]
public sealed class FeedbackTests
{
    private static readonly AsyncLocal<string?> _ofTheApplication = new();

    [Fact]
    public async Task ItsCallsAreNotTracedAndCarryNoTrace()
    {
        var activities = new ConcurrentBag<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("System.Net", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = activity => activities.Add(activity.OperationName),
        };
        ActivitySource.AddActivityListener(listener);
        var written = new ConcurrentBag<string>();
        using var diagnostics = DiagnosticListener.AllListeners.Subscribe(new Subscriber(written));
        await using var gateway = await RealGateway.StartAsync();
        using var activity = new Activity("request of the application").Start();
        await using (var logger = Logger(gateway.Address))
        {
            logger.Fatal("order {Id}", 1);
        }

        Assert.Single(gateway.Lines());
        Assert.DoesNotContain(activities, name => name.Contains("HttpRequestOut", StringComparison.Ordinal));
        Assert.DoesNotContain(written, name => name.Contains("Http", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NothingOfTheApplicationsContextFlowsThere()
    {
        await using var gateway = await RealGateway.StartAsync();
        _ofTheApplication.Value = "request";
        var seen = "nothing";
        OwnWork.Run(() => seen = _ofTheApplication.Value ?? "none");
        Assert.Equal("none", seen);
        Assert.Equal("request", _ofTheApplication.Value);
        Assert.False(OwnWork.IsHere);
        using (ExecutionContext.SuppressFlow())
        {
            using var logger = Logger(gateway.Address);
            logger.Fatal("order {Id}", 1);
        }

        Assert.Single(gateway.Lines());
    }

    [Fact]
    public async Task ALoggerOfHttpEventsIntoTheSameSinkComesToRest()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var diagnostics = new GrpcSinkDiagnostics();
        await using var logger = Logger(new Uri($"http://127.0.0.1:{port}"), diagnostics);
        using var http = new HttpEvents(logger);
        await Eventually.Holds(() => diagnostics.Account.Failures >= 2, "it has called");
        await using var gateway = await RealGateway.StartAsync(port);
        logger.Fatal("order {Id}", 1);
        Assert.DoesNotContain(gateway.Lines(), line => line.Contains("RequestStart", StringComparison.Ordinal));
        var before = diagnostics.Account.Emitted;
        for (var i = 0; i < 20; i++)
        {
            logger.Fatal("order {Id}", i);
        }

        Assert.Equal(before + 20, diagnostics.Account.Emitted);
    }

    [Fact]
    public async Task SelfLogIntoTheSameLoggerIsNotShipped()
    {
        var diagnostics = new GrpcSinkDiagnostics();
        var heard = new ConcurrentBag<string>();
        await using var logger = new LoggerConfiguration().WriteTo.Grpc(
            o => (o.Endpoint, o.Diagnostics, o.ShutdownTimeout) = ("http://127.0.0.1:1", diagnostics, TimeSpan.FromMilliseconds(100)), ignoreEnvironment: true).CreateLogger();
        SelfLog.Enable(text =>
        {
            heard.Add(text);
            if (OwnWork.IsHere)
            {
                logger.Warning("{Text}", text);
            }
        });
        try
        {
            logger.Information("one");
            await Eventually.Holds(() => heard.Any(text => text.Contains("127.0.0.1:1", StringComparison.Ordinal)), "the sink says that nobody is there");
        }
        finally
        {
            SelfLog.Disable();
        }

        Assert.Equal(1, diagnostics.Account.Emitted);
    }

    private static Logger Logger(Uri gateway, GrpcSinkDiagnostics? diagnostics = null) => new LoggerConfiguration().WriteTo.Grpc(
        o => (o.Endpoint, o.Diagnostics) = (gateway.ToString(), diagnostics ?? o.Diagnostics), ignoreEnvironment: true).CreateLogger();

    private sealed class Subscriber(ConcurrentBag<string> written) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "HttpHandlerDiagnosticListener")
            {
                value.Subscribe(this);
            }
        }

        public void OnNext(KeyValuePair<string, object?> value) => written.Add(value.Key);

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    /// <summary>An application that logs what HTTP says of itself.</summary>
    private sealed class HttpEvents(ILogger logger) : EventListener
    {
        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name is "System.Net.Http" or "System.Net.Sockets" or "System.Net.NameResolution")
            {
                EnableEvents(eventSource, EventLevel.Verbose);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData) => logger?.Information("{Event}", eventData.EventName);
    }
}
