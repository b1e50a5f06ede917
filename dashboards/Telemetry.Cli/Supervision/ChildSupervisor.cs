using System.ComponentModel;
using Microsoft.Extensions.Logging;

namespace Telemetry.Cli.Supervision;

/// <summary>Keeps one child running until told to stop. One owner runs <see cref="RunAsync"/> once.</summary>
internal sealed partial class ChildSupervisor(ChildSpec spec, TimeProvider time, Random random, ILogger logger)
{
    /// <summary>A child that ran for so long is well; the next failure starts the backoff anew.</summary>
    private static readonly TimeSpan Healthy = TimeSpan.FromSeconds(30);

    private readonly Backoff _backoff = new(random);

    /// <summary>Process id of the running child; 0 when there is none.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Completes after <paramref name="stop"/> and the child's end. Does not throw.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            await RunOnceAsync(stop);
            if (time.GetElapsedTime(started) > Healthy)
            {
                _backoff.Reset();
            }

            await PauseAsync(stop);
        }
    }

    private async Task RunOnceAsync(CancellationToken stop)
    {
        try
        {
            using var child = ChildProcess.Start(spec, time);
            ProcessId = child.Id;
            LogStarted(spec.Name, child.Id);
            await WatchAsync(child, stop);
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            LogCannotStart(spec.Name, spec.Program, e.Message);
        }
        finally
        {
            ProcessId = 0;
        }
    }

    private async Task WatchAsync(ChildProcess child, CancellationToken stop)
    {
        try
        {
            await child.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            if (!await child.StopAsync(spec.Drain))
            {
                LogKilled(spec.Name, spec.Drain);
            }
        }
        finally
        {
            if (!stop.IsCancellationRequested)
            {
                LogEnded(spec.Name, child.Id, child.ExitCode);
            }
        }
    }

    private async Task PauseAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(_backoff.Next(), time, stop);
        }
        catch (OperationCanceledException)
        {
            // The loop's condition ends it.
        }
    }

    [LoggerMessage(LogEvents.ChildStarted, LogLevel.Debug, "{Child} runs as process {ProcessId}")]
    private partial void LogStarted(string child, int processId);

    [LoggerMessage(LogEvents.ChildEnded, LogLevel.Warning,
        "{Child} (process {ProcessId}) ended with {ExitCode}; it is started again")]
    private partial void LogEnded(string child, int processId, int exitCode);

    [LoggerMessage(LogEvents.ChildCannotStart, LogLevel.Error, "{Child} cannot be started from {Program}: {Reason}")]
    private partial void LogCannotStart(string child, string program, string reason);

    [LoggerMessage(LogEvents.ChildKilled, LogLevel.Warning,
        "{Child} did not end within {Drain} and was killed; it resumes at the next start")]
    private partial void LogKilled(string child, TimeSpan drain);
}
