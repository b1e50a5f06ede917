using System.Text;
using System.Text.Json;
using Telemetry.Indexer.Parsing;
using Telemetry.Store;

namespace Telemetry.Indexer.Tests.Parsing;

public class JsonLineTests
{
    [Theory]
    [InlineData("message", "labels.message")]
    [InlineData("@@mt", "labels.@mt")]
    [InlineData("@@m", "labels.@m")]
    [InlineData("@@x", "labels.@x")]
    [InlineData("log.level", "labels.log.level")]
    public void APropertyIsNotTakenForWhatTheFormatSaysItself(string name, string label)
    {
        var document = Some.Parsed($$"""{"@t":"2026-01-02T03:00:00Z","@mt":"paid {A}","{{name}}":"fatal","A":1}""");
        Assert.Equal(("paid 1", "info", "fatal", null), (document["message"], document["log.level"], document[label], document["error.message"]));
    }

    [Fact]
    public void EcsDottedAndNestedNamesAreTheSame()
    {
        var dotted = Some.Parsed("""{"@timestamp":"2026-01-02T03:00:00Z","log.level":"ERROR","message":"m","ecs.version":"8.1","service.name":"api","process.pid":12,"error.type":"T","error.message":"em","tags":["a","b"]}""");
        var nested = Some.Parsed("""{"@timestamp":"2026-01-02T03:00:00Z","log":{"level":"ERROR"},"message":"m","ecs":{"version":"8.1"},"service":{"name":"api"},"process":{"pid":12},"error":{"type":"T","message":"em"},"tags":["a","b"]}""");
        foreach (var document in (Fakes.MemoryDocument[])[dotted, nested])
        {
            Assert.Equal("error", document["log.level"]);
            Assert.Equal("m", document["message"]);
            Assert.Equal("api", document["service.name"]);
            Assert.Equal("12", document["process.pid"]);
            Assert.Equal("T", document["error.type"]);
            Assert.Equal("em", document["error.message"]);
            Assert.Equal("a|b", document["tags"]);
            Assert.Equal("ecs", document["telemetry.format"]);
            Assert.Equal("2026-01-02T03:00:00.000000Z", Rfc3339.Format(document.TimestampUnixUs));
        }
    }

    [Fact]
    public void ClefIsRenderedFromItsTemplate()
    {
        var document = Some.Parsed("""{"@t":"2026-01-02T03:00:00.1Z","@mt":"{User} bought {@Item} for {Price:0.00} {{raw}} {Missing}","@r":["9.50"],"@l":"Warning","@x":"System.IO.IOException: disk\n   at A.B()","@tr":"t1","@sp":"s1","@i":"e1","User":"al\"ice","Item":{"Id":7},"Price":9.5,"SourceContext":"Shop.Cart","level":"mine","@@odd":1}""");
        Assert.Equal("al\"ice bought {\"Id\":7} for 9.50 {raw} {Missing}", document["message"]);
        Assert.Equal("warn", document["log.level"]);
        Assert.Equal("{User} bought {@Item} for {Price:0.00} {{raw}} {Missing}", document["telemetry.message_template"]);
        Assert.Equal("System.IO.IOException", document["error.type"]);
        Assert.Equal("disk", document["error.message"]);
        Assert.StartsWith("System.IO.IOException: disk", document["error.stack_trace"], StringComparison.Ordinal);
        Assert.Equal("t1", document["trace.id"]);
        Assert.Equal("s1", document["span.id"]);
        Assert.Equal("e1", document["event.code"]);
        Assert.Equal("Shop.Cart", document["log.logger"]);
        Assert.Equal("7", document["labels.Item.Id"]);
        Assert.Equal("mine", document["labels.level"]);
        Assert.Equal("1", document["labels.@odd"]);
        Assert.Equal("clef", document["telemetry.format"]);
    }

    [Fact]
    public void ClefWithoutLevelIsInfo() =>
        Assert.Equal("info", Some.Parsed("""{"@t":"2026-01-02T03:00:00Z","@m":"hi"}""")["log.level"]);

    [Theory]
    [InlineData("""{"time":1767322800123,"level":30,"pid":7,"hostname":"h","msg":"hi"}""", "info", "hi")]
    [InlineData("""{"level":50,"time":1767322800123,"pid":7,"msg":"hi","err":{"type":"Error","message":"em","stack":"Error: em\n    at x (y:1:2)"}}""", "error", "hi")]
    [InlineData("""{"ts":1767322800.123,"level":"warn","caller":"a/b.go:12","msg":"hi"}""", "warn", "hi")]
    [InlineData("""{"timestamp":"2026-01-02T03:00:00.123Z","severity":"CRITICAL","message":"hi","logger":"x"}""", "fatal", "hi")]
    [InlineData("""{"asctime":"2026-01-02 03:00:00,123","levelname":"DEBUG","name":"x","message":"hi"}""", "debug", "hi")]
    [InlineData("""{"Timestamp":"2026-01-02T03:00:00.1230000+00:00","LogLevel":"Information","Category":"x","Message":"hi"}""", "info", "hi")]
    [InlineData("""{"version":"1.1","short_message":"hi","timestamp":1767322800.123,"level":3,"_user":"u"}""", "error", "hi")]
    [InlineData("""{"PRIORITY":"4","MESSAGE":"hi","__REALTIME_TIMESTAMP":"1767322800123000","_PID":"7"}""", "warn", "hi")]
    [InlineData("""{"log":"hi\n","stream":"stderr","time":"2026-01-02T03:00:00.123Z"}""", null, "hi")]
    public void UsualNamesAreKnown(string line, string? level, string message)
    {
        var document = Some.Parsed(line);
        Assert.Equal(level, document["log.level"]);
        Assert.Equal(message, document["message"]);
        Assert.Equal("2026-01-02T03:00:00.123000Z", Rfc3339.Format(document.TimestampUnixUs));
    }

    [Fact]
    public void WhatDoesNotFitItsFieldBecomesALabel()
    {
        var document = Some.Parsed("""{"process.pid":"abc","source.ip":"nowhere","message":{"a":1},"http":{"response":{"status_code":"404"}},"level":true,"trace_id":"1","traceId":"2"}""");
        Assert.Null(document["process.pid"]);
        Assert.Equal("abc", document["labels.process.pid"]);
        Assert.Equal("nowhere", document["labels.source.ip"]);
        Assert.Equal("1", document["labels.message.a"]);
        Assert.Equal("404", document["http.response.status_code"]);
        Assert.Equal("true", document["labels.level"]);
        Assert.Equal("1", document["trace.id"]);
        Assert.Equal("2", document["labels.traceId"]);
    }

    [Fact]
    public void WhatThePipelineVouchesForCannotBeClaimed()
    {
        var document = Some.Parsed("""{"host.id":"x","host.name":"x","lifetime.id":"x","telemetry.lane":"x","event.original":"x","crash.id":"x","event":{"sequence":1}}""");
        foreach (var name in (string[])["host.id", "host.name", "lifetime.id", "telemetry.lane", "crash.id", "event.sequence"])
        {
            Assert.Null(document[name]);
            Assert.NotNull(document["labels." + name]);
        }
    }

    [Fact]
    public void ArraysBecomeManyValuesAndNullNone()
    {
        var document = Some.Parsed("""{"a":[1,"x",true,null,[2],{"b":3}],"c":null,"d":{},"e":[]}""");
        Assert.Equal("1|x|true|2", document["labels.a"]);
        Assert.Equal("3", document["labels.a.b"]);
        Assert.Null(document["labels.c"]);
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""", "\uFFFD")]
    [InlineData("""{"a":"\udc00x"}""", "\uFFFDx")]
    [InlineData("""{"a":"\ud83d\ude00"}""", "😀")]
    [InlineData("""{"a":"\u0000"}""", "\uFFFD")]
    [InlineData("""{"a":"\q\u12"}""", "\\q\\u12")]
    [InlineData("""{"a":1e999999}""", "1e999999")]
    [InlineData("""{"a":NaN}""", "NaN")]
    public void OddValuesAreRead(string line, string value) => Assert.Equal(value, Some.Parsed(line)["labels.a"]);

    [Theory]
    [InlineData("{}")]
    [InlineData("{ }")]
    public void EmptyObjectIsJson(string line) => Assert.Equal("json", Some.Parsed(line)["telemetry.format"]);

    [Theory]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\" 1}")]
    [InlineData("{\"a\":}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{a:1}")]
    [InlineData("{\"a\":01x}")]
    [InlineData("{\"a\":1}}")]
    [InlineData("{\"a\":[1}")]
    [InlineData("{\"log.level\":\"error\",\"a\":}")]
    [InlineData("{\"a\":\"b\\\"}")]
    [InlineData("{,}")]
    public void BrokenJsonIsAPlainLine(string line)
    {
        var document = Some.Parsed(line);
        Assert.Equal("0", document["telemetry.parsed"]);
        Assert.Equal(line, document["message"]);
        Assert.Null(document["log.level"]);
    }

    [Fact]
    public void DepthAndCountAreBounded()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000);
        Assert.Equal("0", Some.Parsed(deep)["telemetry.parsed"]);
        var wide = "{" + string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"k{i}\":{i}")) + ",\"msg\":\"m\"}";
        var document = Some.Parsed(wide);
        Assert.True(document.Fields.Count <= Document.MaxFields);
        Assert.Equal(wide, document["event.original"]);
    }

    [Fact]
    public void WhatTheRuntimeReadsIsReadAndWhatItDoesNotOnlyWhereWeAreLenient()
    {
        var random = new Random(7);
        string[] pieces = ["{", "}", "[", "]", ",", ":", "\"a\"", "\"b\\n\"", "1", "-2.5e3", "true", "null", " ", "\"\\u00e9\""];
        var read = 0;
        for (var i = 0; i < 30_000; i++)
        {
            var text = "{" + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)])) + "}";
            var ours = Some.Parsed(text)["telemetry.format"] == "json";
            Assert.True(ours == RuntimeReads(text), text);
            read += ours ? 1 : 0;
        }

        Assert.True(read > 100, "few samples are JSON");
    }

    [Fact]
    public void NoBytesBreakTheParser()
    {
        var random = new Random(11);
        var parser = new LineParser(new LabelNames());
        var document = new Document();
        var seeds = new[]
        {
            """{"@t":"2026-01-02T03:00:00Z","@mt":"{A} {B:x}","@r":["1"],"A":1,"err":{"stack":"x\n at y"}}""",
            "<165>1 2003-10-11T22:14:15.003Z m e 99 ID47 [x iut=\"3\"] An event", "level=info msg=\"a\\\"b\" c=d",
            "- 1117838570 2005.06.03 R02 2005-06-03-15.42.50.675872 R02 RAS KERNEL INFO x",
            "1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 1 \"-\" \"x\"",
            "I0102 03:04:05.678901    1234 server.go:12] started", "[03:04:05 INF] x\nTraceback (most recent call last):\n  File \"x\", line 1\nE: x",
            "134681 node-246 unix.hw state_change.unavailable 1077804742 1 Component State Change",
        };
        for (var i = 0; i < 60_000; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(seeds[random.Next(seeds.Length)]);
            for (var n = random.Next(6); n > 0; n--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var line = bytes.AsSpan(0, random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length);
            document.Reset(new Wire.RecordId(Some.Lifetime, Some.File, Some.Epoch, 0), Some.Minted);
            parser.Parse(line, new LineContext(ZoneClock.Utc, Some.Minted, true), document);
            Assert.True(document.TryGet(Fields.Message, out _) && document.TryGet(Fields.EventOriginal, out _));
        }
    }

    private static bool RuntimeReads(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
