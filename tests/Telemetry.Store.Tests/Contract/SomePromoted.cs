using Telemetry.Query;
using Telemetry.Store.Tests.Documents;

namespace Telemetry.Store.Tests.Contract;

/// <summary>A promoted field of each type, and documents that have them.</summary>
internal static class SomePromoted
{
    public static readonly PromotedFields Fields = new(
    [
        new("order.total", FieldType.Double), new("queue.depth", FieldType.Long), new("tenant.plan", FieldType.Keyword),
        new("request.started", FieldType.Date), new("cache.hit", FieldType.Boolean), new("peer.address", FieldType.Ip),
        new("http.note", FieldType.Text), new("plan", FieldType.Keyword, "the plan"),
    ]);

    public static FieldName Name(string name) => Fields.All.Single(promoted => promoted.Field.Name == name).Field;

    /// <summary>What KQL says of them.</summary>
    public static FieldTyping Types { get; } = new(Fields.All.Select(promoted => promoted.Field));

    public static KqlNode Query(string text) =>
        KqlParser.TryParse(text, out var node, out var error, Types) ? node : throw new ArgumentException($"{text}: {error}");

    /// <summary>A document with some of the fields, with one value or several.</summary>
    public static Document Random(Random random, int seq)
    {
        double[] totals = [0, 0.1 + 0.2, -1.5, 100, 100.5, 1e300, double.Epsilon, double.MaxValue, double.MinValue];
        long[] depths = [0, 7, -1, 8, long.MaxValue, long.MinValue, 1L << 53, (1L << 53) + 1];
        string[] plans = ["gold", "Gold", "", "a b", "12", "日本"];
        string[] addresses = ["10.0.0.1", "10.1.2.3", "::1", "fe80::1", "::ffff:10.1.2.3"];
        string[] notes = ["Disk full", "full disk", "", "...", "naïve 10.0.0.1"];
        var document = Identified.Document((ulong)seq, "x");
        foreach (var name in Fields.All.Select(promoted => promoted.Field))
        {
            for (var n = random.Next(-1, 3); n > 0; n--)
            {
                switch (name.Type)
                {
                    case FieldType.Double: document.Set(name, totals[random.Next(totals.Length)]); break;
                    case FieldType.Long: document.Set(name, depths[random.Next(depths.Length)]); break;
                    case FieldType.Date: document.Set(name, Some.TimeUnixUs + random.Next(5)); break;
                    case FieldType.Boolean: document.Set(name, (long)random.Next(2)); break;
                    case FieldType.Ip: document.Set(name, addresses[random.Next(addresses.Length)]); break;
                    case FieldType.Text: document.Set(name, notes[random.Next(notes.Length)]); break;
                    default: document.Set(name, plans[random.Next(plans.Length)]); break;
                }
            }
        }

        return document;
    }
}
