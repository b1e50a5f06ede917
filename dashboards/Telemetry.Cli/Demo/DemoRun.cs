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
    public static DemoRun Start(
        CliContext context, DemoPrograms programs, DataDirectory data, string gateway, Uri console, ILogger logger)
    {
        var tree = ProgramFinder.TreeAbove(AppContext.BaseDirectory);
        var setup = new DemoSetup(
            data.Demo, gateway, console, programs.Shipper, programs.Service, DemoSetup.FindSamples(tree));
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
