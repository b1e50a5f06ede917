using System.Diagnostics.Metrics;
using System.Globalization;

namespace Telemetry.Console.Metrics;

/// <summary>The series of one instrument. Not thread-safe.</summary>
internal sealed class MeterFamily
{
    private readonly Dictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly string _name;
    private readonly string _type;
    private readonly string _help;
    private readonly bool _adds;

    public MeterFamily(Instrument instrument)
    {
        IsObservable = instrument.IsObservable;
        var kind = instrument.GetType().Name;
        var isCounter = kind.Contains("Counter", StringComparison.Ordinal);
        var goesDown = kind.Contains("UpDown", StringComparison.Ordinal);
        _type = kind.StartsWith("Histogram", StringComparison.Ordinal) ? "summary" : isCounter && !goesDown ? "counter" : "gauge";
        _adds = _type == "summary" || isCounter && !instrument.IsObservable;
        _help = instrument.Description is { Length: > 0 } description ? description : instrument.Name;
        var name = PrometheusText.Name(instrument.Name);
        _name = _type == "counter" && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    /// <summary>Whether it is asked at each scrape, for all of its series.</summary>
    public bool IsObservable { get; }

    /// <summary>Forgets all series; returns how many there were.</summary>
    public int Forget()
    {
        var count = _series.Count;
        _series.Clear();
        return count;
    }

    /// <summary>False when the series is new and <paramref name="mayGrow"/> does not allow it.</summary>
    public bool TryRecord(
        double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, bool mayGrow, out bool isNew)
    {
        var labels = Labels(tags);
        var key = string.Join('\u0001', labels.Select(label => $"{label.Key}\u0002{label.Value}"));
        isNew = !_series.TryGetValue(key, out var series);
        if (series is null)
        {
            if (!mayGrow)
            {
                isNew = false;
                return false;
            }

            _series.Add(key, series = new Series(labels));
        }

        series.Value = _adds ? series.Value + value : value;
        series.Count++;
        return true;
    }

    public void WriteTo(PrometheusText text)
    {
        text.Family(_name, _type, _help);
        foreach (var series in _series.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value))
        {
            if (_type == "summary")
            {
                text.Sample("_sum", series.Value, series.Labels);
                text.Sample("_count", series.Count, series.Labels);
            }
            else
            {
                text.Sample("", series.Value, series.Labels);
            }
        }
    }

    private static KeyValuePair<string, string>[] Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new KeyValuePair<string, string>[tags.Length];
        for (var i = 0; i < tags.Length; i++)
        {
            labels[i] = new(tags[i].Key, Convert.ToString(tags[i].Value, CultureInfo.InvariantCulture) ?? "");
        }

        return labels;
    }

    private sealed class Series(KeyValuePair<string, string>[] labels)
    {
        public KeyValuePair<string, string>[] Labels => labels;

        public double Value { get; set; }

        public long Count { get; set; }
    }
}
