using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Telemetry.Indexer.Tests;

/// <summary><c>indexer.lag</c> and <c>indexer.lag.time</c> of indexers that this thread starts, others' are theirs.</summary>
internal sealed class LagGauges : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(Instrument, string), double> _values = new();

    public LagGauges()
    {
        var thread = Environment.CurrentManagedThreadId;
        // Starting to listen shows what exists already, on this thread: the indexers of tests that run beside.
        var others = true;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name is "indexer.lag" or "indexer.lag.time" && !others && Environment.CurrentManagedThreadId == thread)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _values[(instrument, Lane(tags))] = value);
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _values[(instrument, Lane(tags))] = value);
        _listener.Start();
        others = false;
    }

    /// <summary>What they say now.</summary>
    public IReadOnlyCollection<double> All
    {
        get
        {
            _listener.RecordObservableInstruments();
            return [.. _values.Values];
        }
    }

    public void Dispose() => _listener.Dispose();

    private static string Lane(ReadOnlySpan<KeyValuePair<string, object?>> tags) => tags.ToArray().Single(t => t.Key == "lane").Value!.ToString()!;
}
