using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Telemetry.Gateway.Tests;

/// <summary>Listens to the meter of one gateway.</summary>
internal sealed class MetricsOf : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, long Value, KeyValuePair<string, object?>[] Tags)> _seen = new();

    public MetricsOf(GatewayHost host)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == host.Metrics.Meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) => _seen.Enqueue((instrument.Name, value, tags.ToArray())));
        _listener.Start();
    }

    public long Total(string name, string? tag = null, string? value = null) => _seen
        .Where(m => m.Name == name && (tag is null || m.Tags.Any(t => t.Key == tag && (string?)t.Value == value)))
        .Sum(m => m.Value);

    /// <summary>Reads a gauge now, over all its tags.</summary>
    public long Gauge(string name)
    {
        _seen.Clear();
        _listener.RecordObservableInstruments();
        return Total(name);
    }

    public void Dispose() => _listener.Dispose();
}
