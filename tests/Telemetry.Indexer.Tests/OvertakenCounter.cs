using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Telemetry.Indexer.Tests;

/// <summary>What <c>indexer.overtaken</c> counted since this was made, by partition.</summary>
internal sealed class OvertakenCounter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counts = new();

    public OvertakenCounter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "indexer.overtaken")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
            _counts.AddOrUpdate((string)tags.ToArray().Single(t => t.Key == "partition").Value!, count, (_, sum) => sum + count));
        _listener.Start();
    }

    public long Of(string partition) => _counts.GetValueOrDefault(partition);

    public void Dispose() => _listener.Dispose();
}
