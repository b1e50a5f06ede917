namespace Telemetry.Benchmarks.Engines;

/// <summary>An embedded bus with lines that are not indexed yet, and the directory of whoever indexes them.</summary>
internal sealed class FilledBus : IAsyncDisposable
{
    private readonly Installation _here = new();
    private readonly int _lines;

    private FilledBus(int lines) => _lines = lines;

    public string Folder => _here.Folder;

    /// <summary>Bytes of the lines.</summary>
    public long RawBytes => (long)_lines * LogLines.LineBytes;

    /// <param name="lines">How many.</param>
    /// <param name="edit">What becomes of a line, by its number; null leaves all as they are.</param>
    public static async Task<FilledBus> CreateAsync(int lines, Func<int, string, string>? edit = null)
    {
        var bus = new FilledBus(lines);
        try
        {
            var log = Path.Combine(bus.Folder, "lines.log");
            LogLines.Write(log, lines, 11, DateTimeOffset.UtcNow, edit);
            await BusFill.RunAsync(bus._here, log);
            return bus;
        }
        catch
        {
            await bus.DisposeAsync();
            throw;
        }
    }

    /// <summary>Indexes the whole bus into a namespace, from its beginning.</summary>
    /// <param name="store">The store.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="refused">Lines that the store refuses.</param>
    public Task<IndexerRun> IndexAsync(StoreApi store, string ns, int refused = 0)
    {
        var state = Path.Combine(_here.Data, "store");
        if (Directory.Exists(state))
        {
            Directory.Delete(state, recursive: true);
        }

        return IndexerRun.MeasureAsync(
            _here, store, EngineBench.StreamOf(ns), _lines - refused, "--data", _here.Data, "--store", $"{store.Address}?namespace={ns}&gzip=false");
    }

    public ValueTask DisposeAsync() => _here.DisposeAsync();
}
