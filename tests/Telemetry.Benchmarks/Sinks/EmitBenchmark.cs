using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Mathematics;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Mathematics.OutlierDetection;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>
/// <c>Emit</c> of an event that is there, and a whole log call, in this process. Iterations are short and apart, so that the thread that logs
/// is measured and not how the two share this machine.
/// </summary>
public class EmitBenchmark
{
    private const int EventsInIteration = 2_000;

    private static string _where = "";

    private readonly Nothing _nothing = new();
    private MeasuredSink? _grpc;
    private Logger _logger = null!;
    private LogEvent[] _events = [];
    private int _next;

    /// <summary>Makes the logger: of the gateway at an address, the file at a path, the console, or none.</summary>
    [GlobalSetup]
    public void Begin()
    {
        _grpc = _where.StartsWith("http", StringComparison.Ordinal) ? new MeasuredSink(_where) : null;
        _logger = _grpc?.Logger ?? _where switch
        {
            "none" => new LoggerConfiguration().WriteTo.Sink(_nothing).CreateLogger(),
            "console" => new LoggerConfiguration().WriteTo.Console(formatProvider: CultureInfo.InvariantCulture).CreateLogger(),
            _ => new LoggerConfiguration().WriteTo.File(_where, formatProvider: CultureInfo.InvariantCulture).CreateLogger(),
        };
        var catcher = new Catcher();
        using var making = new LoggerConfiguration().WriteTo.Sink(catcher).CreateLogger();
        for (var i = 0; i < 128; i++)
        {
            making.Information(SampleEvent.Template, i, SampleEvent.User, SampleEvent.Elapsed);
        }

        _events = [.. catcher.Events];
    }

    /// <summary>What was logged before is shipped.</summary>
    [IterationSetup]
    public void Rest() => Thread.Sleep(10);

    /// <summary>An event that is there.</summary>
    [Benchmark]
    public void Emit() => _logger.Write(_events[_next++ & 127]);

    /// <summary>A whole call, with Serilog's own event.</summary>
    [Benchmark]
    public void Call() => _logger.Information(SampleEvent.Template, _next++, SampleEvent.User, SampleEvent.Elapsed);

    /// <summary>Ends the logger.</summary>
    [GlobalCleanup]
    public void End()
    {
        _logger.Dispose();
        if (_grpc is { Account.Dropped: > 0 })
        {
            throw new InvalidOperationException("Events were dropped: that is not what is measured.");
        }
    }

    internal static EmitResult Run(string where, int iterations, string artifacts)
    {
        _where = where;
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithInvocationCount(EventsInIteration).WithUnrollFactor(1)
            .WithWarmupCount(50).WithIterationCount(iterations).WithOutlierMode(OutlierMode.DontRemove);
        var summary = BenchmarkRunner.Run<EmitBenchmark>(ManualConfig.CreateEmpty()
            .AddJob(job).AddDiagnoser(MemoryDiagnoser.Default).AddLogger(NullLogger.Instance).WithArtifactsPath(artifacts));
        var (emit, call) = (Of(summary, nameof(Emit)), Of(summary, nameof(Call)));
        return new EmitResult(
            Statistics(emit).Median, Statistics(emit).Percentiles.Percentile(99), Statistics(call).Median,
            call.GcStats.GetBytesAllocatedPerOperation(call.BenchmarkCase) ?? throw new InvalidOperationException("No bytes were counted."),
            Statistics(emit).N);
    }

    private static BenchmarkReport Of(Summary summary, string method) =>
        summary.Reports.Single(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name == method);

    private static Statistics Statistics(BenchmarkReport report) =>
        report.ResultStatistics ?? throw new InvalidOperationException($"{report.BenchmarkCase.DisplayInfo} was not measured.");

    private sealed class Nothing : ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
        }
    }

    private sealed class Catcher : ILogEventSink
    {
        public List<LogEvent> Events { get; } = [];

        public void Emit(LogEvent logEvent) => Events.Add(logEvent);
    }
}
