using Telemetry.Tests.Support;

namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>A program of ours.</summary>
internal sealed class ProgramVictim(string folder, string name, string file, params string[] args) : IVictim, IAsyncDisposable
{
    private RunningProcess? _process;
    private bool _isPaused;

    public string Name => name;

    /// <summary>What it prints, of all its lives.</summary>
    public string LogFile => Path.Combine(folder, name + ".log");

    /// <summary>True from its start to its end by us.</summary>
    public bool IsStarted => _process is not null;

    /// <summary>True when it ended though nobody ended it.</summary>
    public bool EndedByItself => _process is { HasExited: true };

    public int ProcessId => _process!.Id;

    /// <summary>Resident bytes.</summary>
    public long RssBytes => _process!.TreeRssBytes();

    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            _isPaused = false;
            await process.KillAsync();
            await process.DisposeAsync();
        }
    }

    /// <summary>SIGTERM; SIGKILL if it takes longer than <see cref="RunningProcess.StopAsync"/> waits.</summary>
    public async Task StopAsync()
    {
        Continue();
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }

    public void Restart() => _process ??= RunningProcess.Start(LogFile, file, args);

    public Task ReadyAsync() => Task.CompletedTask;

    public void Pause()
    {
        _process!.Pause();
        _isPaused = true;
    }

    public void Continue()
    {
        if (_isPaused)
        {
            _process!.Continue();
            _isPaused = false;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
