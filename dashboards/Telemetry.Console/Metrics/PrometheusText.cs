using System.Buffers;
using System.Globalization;
using System.Text;

namespace Telemetry.Console.Metrics;

/// <summary>
/// Writes the Prometheus text exposition format 0.0.4. A family is named once and its samples follow it; names are made to fit
/// <c>[a-zA-Z_][a-zA-Z0-9_]*</c>, and label values are escaped. Not thread-safe.
/// </summary>
public sealed class PrometheusText
{
    /// <summary>Type of the answer.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly IBufferWriter<byte> _output;
    private string _family = "";

    internal PrometheusText(IBufferWriter<byte> output) => _output = output;

    /// <summary>Starts a family.</summary>
    /// <param name="name">Base unit and, for a counter, <c>_total</c> at the end: "telemetry_acked_records_total".</param>
    /// <param name="type">"counter", "gauge" or "summary".</param>
    /// <param name="help">One sentence.</param>
    public void Family(string name, string type, string help)
    {
        _family = Name(name);
        Write($"# HELP {_family} {help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\n");
        Write($"# TYPE {_family} {type}\n");
    }

    /// <summary>Adds a sample to the family that was started last.</summary>
    public void Sample(double value, params ReadOnlySpan<KeyValuePair<string, string>> labels) => Sample("", value, labels);

    internal void Sample(string suffix, double value, ReadOnlySpan<KeyValuePair<string, string>> labels)
    {
        Write(_family);
        Write(suffix);
        for (var i = 0; i < labels.Length; i++)
        {
            Write($"{(i == 0 ? '{' : ',')}{Name(labels[i].Key)}=\"{Escaped(labels[i].Value)}\"");
        }

        Write($"{(labels.Length > 0 ? "}" : "")} {Number(value)}\n");
    }

    internal static string Name(string name)
    {
        var valid = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return valid.Length == 0 || char.IsAsciiDigit(valid[0]) ? "_" + valid : valid;
    }

    private static string Escaped(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private void Write(string text) => Encoding.UTF8.GetBytes(text, _output);
}
