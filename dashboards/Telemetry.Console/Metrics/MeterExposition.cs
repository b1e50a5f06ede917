using System.Diagnostics.Metrics;

namespace Telemetry.Console.Metrics;

/// <summary>
/// Keeps the current values of all instruments of the process's meters whose name begins with "Telemetry." (and of the
/// runtime's, "System.Runtime"), for <c>/metrics</c>. Create it first thing: what was counted before is not seen. Histograms become
/// summaries of sum and count. Bounded: past 5,000 series, new ones are counted and dropped. Safe for concurrent use.
/// </summary>
public sealed class MeterExposition : IDisposable
{
    private const int MaxSeries = 5000;

    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, MeterFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _series;
    private long _refused;

    /// <summary>Starts to listen.</summary>
    public MeterExposition()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Telemetry.", StringComparison.Ordinal)
                || instrument.Meter.Name == "System.Runtime")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Record(i, value, tags));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments and writes everything.</summary>
    public void WriteTo(PrometheusText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        lock (_gate)
        {
            // What an instrument no longer reports (a partition that went to another) is not as it was last seen.
            foreach (var family in _families.Values.Where(family => family.IsObservable))
            {
                _series -= family.Forget();
            }

            _listener.RecordObservableInstruments();
            foreach (var family in _families.Values)
            {
                family.WriteTo(text);
            }

            text.Family("telemetry_metrics_refused_total", "counter", "Measurements of series beyond the limit.");
            text.Sample(_refused);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            if (!_families.TryGetValue(instrument.Name, out var family))
            {
                _families.Add(instrument.Name, family = new MeterFamily(instrument));
            }

            if (!family.TryRecord(value, tags, _series < MaxSeries, out var isNew))
            {
                _refused++;
            }

            _series += isNew ? 1 : 0;
        }
    }
}
