using System.ComponentModel;
using Microsoft.Extensions.Logging;
using Telemetry.Cli.Hosting;

namespace Telemetry.Cli.Demo;

/// <summary>The demo beside a running service. Disposal ends the story and everything it started.</summary>
internal sealed partial class DemoRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly DemoFleet _fleet;
    private readonly ILogger _logger;
    private readonly Task _story;

    private DemoRun(DemoFleet fleet, DemoStory story, ILogger logger)
    {
        (_fleet, _logger) = (fleet, logger);
        _story = TellAsync(story);
    }

    /// <summary>Starts the fleet.</summary>
    /// <exception cref="CliFailure">A program that it needs is missing; exit 2.</exception>
    public static DemoRun Start(CliContext context, DataDirectory data, string gateway, Uri console, ILogger logger)
    {
        var tree = ProgramFinder.TreeAbove(AppContext.BaseDirectory);
        var setup = new DemoSetup(
            data.Demo, gateway, console,
            Find(context, "TELEMETRY_SHIPPER", "telemetry-shipper", "Telemetry.Shipper"),
            Find(context, "TELEMETRY_DEMO_SERVICE", "telemetry-demo-service", "Telemetry.Demo"),
            DemoSetup.FindSamples(tree));
        Directory.CreateDirectory(setup.Directory);
        var fleet = new DemoFleet(setup, context.Time);
        var narrator = new Narrator(context.Out, context.Color, context.Time);
        return new DemoRun(fleet, new DemoStory(fleet, narrator, console, context.Time), logger);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _story;
        await _fleet.DisposeAsync();
        _stop.Dispose();
    }

    private static string Find(CliContext context, string variable, string name, string project)
    {
        var named = context.Environment.GetValueOrDefault(variable, "");
        return (named.Length > 0 ? named : ProgramFinder.Find(name, project, AppContext.BaseDirectory))
            ?? throw CliFailure.Usage(
                $"--demo needs {name}, which was not found; './build up -- --demo' builds it, {variable} names it.");
    }

    private async Task TellAsync(DemoStory story)
    {
        try
        {
            await story.TellAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            LogFailed(e.Message);
        }
    }

    [LoggerMessage(LogEvents.DemoFailed, LogLevel.Error, "The demo ended before its time: {Reason}")]
    private partial void LogFailed(string reason);
}
