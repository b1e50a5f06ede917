using System.Diagnostics;

namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>Writes lines into files at a steady rate until it is stopped, and knows what it wrote.</summary>
internal sealed class Load : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private readonly List<SourceFile> _files;
    private readonly Random _random;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public Load(IEnumerable<SourceFile> files, int seed) => (_files, _random) = ([.. files], new Random(seed));

    public IReadOnlyList<SourceFile> Files => _files;

    /// <summary>Lines in all files. Any thread.</summary>
    public int Written => _files.Sum(f => f.Written);

    /// <summary>Begins to write; the rate is a mean, bursts are up to ten times as many.</summary>
    public void Start(int linesPerSecond)
    {
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        var cancel = _stop.Token;
        _running = Task.Run(() => RunAsync(linesPerSecond, cancel));
    }

    /// <summary>Writes nothing any more, until the next start.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <summary>Writes so many lines at once, evenly.</summary>
    public void Burst(int lines) => _files.ForEach(f => f.Write(lines / _files.Count));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _files.ForEach(f => f.Dispose());
        _stop.Dispose();
    }

    private async Task RunAsync(int linesPerSecond, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        for (var written = 0L; !cancel.IsCancellationRequested;)
        {
            while (written < clock.Elapsed.TotalSeconds * linesPerSecond)
            {
                var lines = _random.Next(1, 1 + linesPerSecond / 20);
                _files[_random.Next(_files.Count)].Write(lines);
                written += lines;
            }

            await Task.WhenAny(Task.Delay(Tick, cancel));
        }
    }
}
