using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Writing;
using Telemetry.Store.Tests.Documents;

namespace Telemetry.Store.Tests.Elasticsearch;

public sealed class BulkEncoderTests(ITestOutputHelper output)
{
    private static readonly DataStreamNames Names = new("test");
    private readonly BulkEncoder _encoder = new(Names);
    private readonly LabelNames _labels = new();

    [Fact]
    public void TheLinesAreAsAgreed()
    {
        var document = Some.Document(1, "say \"h_i\"\n");
        document.Set(Fields.Tags, "a");
        document.Set(Fields.EventIngested, Some.TimeUnixUs + 1);
        document.Set(Fields.TelemetryParsed, 1);
        document.Set(Label("order.id"), "7");
        document.Set(Fields.Tags, "b");

        var text = Encode(document);

        Assert.Equal(
            $$$$"""
            {"create":{"_index":"logs-telemetry.app-test","_id":"{{{{document.Id}}}}"}}
            {"@timestamp":"2026-11-22T11:00:00.001000Z","event":{"ingested":"2026-11-22T11:00:00.000001Z","original":"info say \"h_i\"\n","sequence":1},"labels":{"order.id":"7"},"log":{"level":"info"},"message":"say \"h_i\"\n","service":{"name":"web"},"tags":["a","b"],"telemetry":{"label_names":["order.id"],"parsed":true,"words":{"message":"say h i"}}}

            """, text);
    }

    [Fact]
    public void JsonParsesBackToTheDocument() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var document = RandomDocument(new Random(seed));
            var lines = Encode(document).Split('\n');
            Assert.Equal(3, lines.Length);
            using var json = JsonDocument.Parse(lines[1]);
            Assert.Equal(Expected(document), Actual(json.RootElement));
        }));

    [Theory]
    [InlineData(new byte[] { 0xFF }, "\uFFFD")]
    [InlineData(new byte[] { (byte)'a', 0xC3 }, "a\uFFFD")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80, (byte)'b' }, "\uFFFD\uFFFD\uFFFDb")]
    [InlineData(new byte[] { 0xC3, 0xA9, 0xFF, 0xE2, 0x82, 0xAC }, "é\uFFFD€")]
    public void WhatIsNoUtf8IsReplaced(byte[] text, string expected)
    {
        var document = Some.Document(1, "");
        document.Set(Fields.ErrorMessage, text);

        using var json = JsonDocument.Parse(Encode(document).Split('\n')[1]);

        Assert.Equal(expected, json.RootElement.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public void LabelsWhoseNamesReadTheSameAreOneArray()
    {
        var document = Some.Document(1, "");
        document.Set(LabelOf([0xFF]), "a");
        document.Set(LabelOf([0xFE]), "b");
        document.Set(LabelOf([0]), "c");

        using var json = JsonDocument.Parse(Encode(document).Split('\n')[1]);

        Assert.Equal("""{"\uFFFD":["a","b","c"]}""".Replace("\\uFFFD", "\uFFFD"), json.RootElement.GetProperty("labels").GetRawText());
    }

    [Fact]
    public void ClocksBeyondDateNanosAreClamped()
    {
        var document = Some.Document(1, "");
        document.TimestampUnixUs = long.MaxValue;
        document.Set(Fields.EventCreated, long.MinValue);

        using var json = JsonDocument.Parse(Encode(document).Split('\n')[1]);

        Assert.Equal("2262-04-11T23:47:16.854775Z", json.RootElement.GetProperty("@timestamp").GetString());
        Assert.Equal("1970-01-01T00:00:00.000000Z", json.RootElement.GetProperty("event").GetProperty("created").GetString());
    }

    [Theory]
    [InlineData("critical", "telemetry.crash", "web.log", "crash")]
    [InlineData("critical", "telemetry.lifecycle", "agent", "lifecycle")]
    [InlineData("critical", "", "agent", "app")]
    [InlineData("bulk", "telemetry.crash", "web.log", "app")]
    [InlineData("bulk", "", "/dev/kmsg", "kernel")]
    public void TheStreamFollowsFromTheContent(string lane, string dataset, string source, string expected)
    {
        var document = Some.Document(1, "");
        document.Set(Fields.TelemetryLane, lane);
        document.Set(Fields.EventDataset, dataset);
        document.Set(Fields.TelemetryStreamName, source);

        Assert.StartsWith($"{{\"create\":{{\"_index\":\"logs-telemetry.{expected}-test\"", Encode(document));
    }

    [Fact]
    public void NothingIsAllocated()
    {
        var (buffer, document) = (new ByteBuffer(1 << 20), Typical(1));

        // The second one of a stream takes another way than the first.
        _encoder.Append(buffer, document, out _);
        _encoder.Append(buffer, document, out _);
        buffer.Truncate(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 500; i++)
        {
            _encoder.Append(buffer, document, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact(Explicit = true)]
    [Trait("Category", "heavy")]
    public void Speed()
    {
        var (buffer, document) = (new ByteBuffer(8 << 20), Typical(1));
        for (var round = 0; round < 6; round++)
        {
            // Processor time: other processes' load is not the encoder's.
            var began = Environment.CpuUsage.TotalTime;
            const int Count = 400_000;
            for (var i = 0; i < Count; i++)
            {
                if (buffer.Length > 7 << 20)
                {
                    buffer.Truncate(0);
                }

                _encoder.Append(buffer, document, out _);
            }

            output.WriteLine($"{(Environment.CpuUsage.TotalTime - began).TotalNanoseconds / Count:N0} ns/document of {Encode(document).Length} bytes");
            began = Environment.CpuUsage.TotalTime;
            var sum = 0UL;
            for (var i = 0; i < Count; i++)
            {
                sum += document.Id.MintedUnixMs;
            }

            output.WriteLine($"{(Environment.CpuUsage.TotalTime - began).TotalNanoseconds / Count:N0} ns of it for the id {sum % 2}");
        }
    }

    /// <summary>What a line of an application becomes.</summary>
    internal static Document Typical(ulong seq)
    {
        var document = Some.Document(seq, "GET /api/orders/8412 answered 200 in 12 ms for user 17 from 10.0.0.7 with request 5f2a9c");
        document.Set(Fields.EventOriginal, "2026-11-22T11:00:00.001Z [INF] GET /api/orders/8412 answered 200 in 12 ms for user 17 from 10.0.0.7 with request 5f2a9c");
        document.Set(Fields.EventCreated, document.MintedUnixUs);
        document.Set(Fields.EventIngested, document.MintedUnixUs + 250_000);
        foreach (var (field, value) in new[]
        {
            (Fields.LifetimeIdField, Some.Lifetime.ToString()), (Fields.HostId, "i-0a1b2c3d4e5f"), (Fields.HostName, "web-17"),
            (Fields.HostBootId, "b2b5a0b8-7a3e-4a2e-8d60-5d8e6c7f0a11"), (Fields.HostOsKernel, "6.1.0-18-amd64"),
            (Fields.HostOsFull, "Debian GNU/Linux 12 (bookworm)"), (Fields.CloudZone, "eu-central-1a"),
            (Fields.AgentName, "telemetry-shipper"), (Fields.AgentVersion, "0.1.0"), (Fields.TelemetryLane, "bulk"),
            (Fields.TelemetryStream, Some.Stream.ToString()), (Fields.TelemetryStreamName, "/var/log/web.log"),
            (Fields.TelemetryEpoch, Some.Epoch.ToString()), (Fields.LogFilePath, "/var/log/web.log"),
        })
        {
            document.Set(field, value);
        }

        return document;
    }

    private string Encode(Document document)
    {
        var buffer = new ByteBuffer(16);
        _encoder.Append(buffer, document, out _);
        return Encoding.UTF8.GetString(buffer.Span);
    }

    private FieldName Label(string path) => LabelOf(Encoding.UTF8.GetBytes(path));

    private FieldName LabelOf(byte[] path) => _labels.TryGet(path, out var field) ? field : throw new ArgumentException("refused");

    private Document RandomDocument(Random random)
    {
        var document = new Document();
        document.Reset(Some.Record((ulong)random.Next()), Some.TimeUnixUs + random.Next());
        var count = random.Next(60);
        for (var i = 0; i < count; i++)
        {
            var field = random.Next(3) == 0
                ? Label("key" + random.Next(8) + (random.Next(2) == 0 ? ".\"quoted\"" : ""))
                : Fields.All[random.Next(1, Fields.All.Count)].Field;
            switch (field.Type)
            {
                case Query.FieldType.Long: document.Set(field, random.NextInt64(long.MinValue, long.MaxValue)); break;
                case Query.FieldType.Double: document.Set(field, random.NextDouble() * 1e9); break;
                case Query.FieldType.Date: document.Set(field, random.NextInt64(0, DateText.MaxUnixUs)); break;
                case Query.FieldType.Boolean: document.Set(field, random.Next(2)); break;
                default: document.Set(field, RandomText(random)); break;
            }
        }

        return document;
    }

    private static byte[] RandomText(Random random)
    {
        var text = new byte[random.Next(70)];
        random.NextBytes(text);
        switch (random.Next(3))
        {
            case 0: return text;
            case 1: return [.. text.Select(value => (byte)(0x20 + value % 0x5F))];
            default: return Encoding.UTF8.GetBytes(string.Concat(text.Select(value => (char)(value * 7 % 0xD800))));
        }
    }

    private static SortedDictionary<string, List<string>> Expected(Document document)
    {
        var fields = new SortedDictionary<string, List<string>>(StringComparer.Ordinal)
        {
            ["@timestamp"] = [Rfc3339.Format(document.TimestampUnixUs)],
        };
        foreach (var field in document.Fields)
        {
            if (!fields.TryGetValue(field.Name.Name, out var values))
            {
                fields.Add(field.Name.Name, values = []);
            }

            values.Add(field.IsText ? Encoding.UTF8.GetString(document.Text(field)) : field.Name.Type switch
            {
                Query.FieldType.Date => Rfc3339.Format(field.Number),
                Query.FieldType.Boolean => field.Number != 0 ? "True" : "False",
                Query.FieldType.Double => field.Double.ToString("R"),
                _ => field.Number.ToString(),
            });
        }

        return fields;
    }

    private static SortedDictionary<string, List<string>> Actual(JsonElement root)
    {
        var fields = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        Collect(root, "");
        return fields;

        void Collect(JsonElement element, string prefix)
        {
            // An object that came twice would hide fields of the first.
            Assert.Distinct(element.EnumerateObject().Select(property => property.Name));
            foreach (var property in element.EnumerateObject())
            {
                var name = prefix + property.Name;
                if (property.Value.ValueKind == JsonValueKind.Object)
                {
                    Collect(property.Value, name + ".");
                }
                else if (!name.StartsWith("telemetry.words.", StringComparison.Ordinal) && name != "telemetry.label_names")
                {
                    fields.Add(name, Values(property.Value));
                }
            }
        }
    }

    private static List<string> Values(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.ToString())] : [value.ToString()];
}
