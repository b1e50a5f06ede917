namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>A server that the path needs.</summary>
/// <param name="name">What it is called.</param>
/// <param name="kill">SIGKILL.</param>
/// <param name="restart">Starts it and completes when it is ready.</param>
internal sealed class ServerVictim(string name, Func<Task> kill, Func<Task> restart) : IVictim
{
    private Task _starting = Task.CompletedTask;
    private bool _runs = true;

    public string Name => name;

    public async Task KillAsync()
    {
        if (!_runs)
        {
            return;
        }

        _runs = false;
        await kill();
        try
        {
            await _starting;
        }
        catch (InvalidOperationException)
        {
            // It was killed before it was ready.
        }
    }

    public void Restart()
    {
        if (!_runs)
        {
            _runs = true;
            _starting = restart();
        }
    }

    public Task ReadyAsync() => _starting;
}
