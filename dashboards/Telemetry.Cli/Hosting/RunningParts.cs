namespace Telemetry.Cli.Hosting;

/// <summary>What was started; ends in reverse order. One owner.</summary>
internal sealed class RunningParts : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _parts = new();

    /// <summary>Keeps a part and returns it.</summary>
    public T Add<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Push(part);
        return part;
    }

    /// <summary>Keeps what ends at once.</summary>
    public T AddDisposable<T>(T part)
        where T : IDisposable
    {
        _parts.Push(new Ending(part));
        return part;
    }

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part))
        {
            await part.DisposeAsync();
        }
    }

    private sealed class Ending(IDisposable part) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            part.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
