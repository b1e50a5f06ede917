using System.Text;

namespace Telemetry.Query.Tests;

public sealed class KqlMatcherTests
{
    private static readonly FakeDocument Line = Some.Document(
        ("@timestamp", Some.Now),
        ("message", "Connection refused: dial tcp 10.0.0.1:5432 (Größe 7)"),
        ("log.level", "error"),
        ("host.name", "web-12"),
        ("service.name", "api gateway"),
        ("status", 503),
        ("ratio", 0.25),
        ("ok", false),
        ("client.ip", "10.1.2.3"),
        ("tags", "blue"),
        ("tags", "canary"),
        ("labels.elapsed_ms", "95.5"),
        ("labels.note", "9 lives"));

    [Theory]
    [InlineData("log.level : error")]
    [InlineData("not log.level : Error")]
    [InlineData("log.level : (warn or error)")]
    [InlineData("host.name : web-*")]
    [InlineData("host.name : *12")]
    [InlineData("host.name : w*b*2")]
    [InlineData("not host.name : web")]
    [InlineData("not host.name : web-12*2")]
    [InlineData("service.name : api gateway")]
    [InlineData("not service.name : api")]
    [InlineData("tags : canary and tags : blue")]
    [InlineData("host.* : web-12")]
    [InlineData("*.name : web-12 and not h*t : web-12")]
    [InlineData("* : error")]
    [InlineData("host.name : * and lo*l : * and not host.id : *")]
    [InlineData("not missing : x")]
    [InlineData("not missing : *")]
    [InlineData("* and *:*")]
    public void KeywordsAreExact(string query) => AssertMatches(query);

    [Theory]
    [InlineData("message : \"connection REFUSED\"")]
    [InlineData("\"refused dial tcp 10.0.0.1\"")]
    [InlineData("not \"refused connection\"")]
    [InlineData("message : refused connection")]
    [InlineData("message : timeout refused")]
    [InlineData("not message : timeout reset")]
    [InlineData("message : 10.0.0.1")]
    [InlineData("not message : 0.10.0.1")]
    [InlineData("message : conn*")]
    [InlineData("message : *fused")]
    [InlineData("message : c*ion")]
    [InlineData("not message : conn")]
    [InlineData("message : nothing ref*d")]
    [InlineData("message : 10.0.0.*\\:54*")]
    [InlineData("GRÖSSE or größe")]
    [InlineData("not message : \"---\"")]
    [InlineData("not message > a")]
    public void TextIsSearchedByWords(string query) => AssertMatches(query);

    [Theory]
    [InlineData("status : 503")]
    [InlineData("status : 500 503")]
    [InlineData("status : \"503\"")]
    [InlineData("status : 503.0 and not status : 503.5")]
    [InlineData("status >= 503 and status <= 503 and not status > 503 and not status < 503")]
    [InlineData("status > 502.5 and status < 503.5 and status >= 502.5 and not status > 503.5")]
    [InlineData("not status : abc and not not status : 503")]
    [InlineData("not status : 5* and status : *")]
    [InlineData("ratio : 0.25 and ratio > 0.2 and ratio <= 0.25 and not ratio < 0.25")]
    [InlineData("ok : false and not ok : true and not ok : 0")]
    [InlineData("labels.elapsed_ms > 9 and not labels.elapsed_ms > 100")]
    [InlineData("not labels.note > 8 and labels.note > \"8 lives\"")]
    [InlineData("status < 1e30 and status > -1e30 and not status > 9223372036854775807")]
    public void NumbersCompare(string query) => AssertMatches(query);

    [Theory]
    [InlineData("client.ip : 10.1.2.3")]
    [InlineData("client.ip : 10.0.0.0/8 and not client.ip : 192.168.0.0/16")]
    [InlineData("client.ip : 10.1.*")]
    [InlineData("client.ip > 10.1.2.2 and client.ip < 10.1.3.0")]
    [InlineData("client.ip : \"::ffff:10.1.2.3\"")]
    [InlineData("not client.ip : 10.1.2.3/33 and not client.ip : 10")]
    public void AddressesAreComparedByNumber(string query) => AssertMatches(query);

    [Theory]
    [InlineData("@timestamp : 2026-11-22")]
    [InlineData("@timestamp : \"2026-11-22T12:00\"")]
    [InlineData("@timestamp : \"2026-11-22T13:00:00+01:00\"")]
    [InlineData("@timestamp : \"2026-11-22T12:00:00.000000Z\"")]
    [InlineData("not @timestamp > 2026-11-22 and @timestamp >= 2026-11-22 and @timestamp < 2026-11-23")]
    [InlineData("@timestamp <= 2026-11-22 and not @timestamp < 2026-11-22")]
    [InlineData("@timestamp : now and @timestamp > now-1h and @timestamp >= now/d and @timestamp : now/w")]
    [InlineData("@timestamp : 2026 and @timestamp : 2026-11 and not @timestamp : 2025")]
    [InlineData("not @timestamp : yesterday and not @timestamp > tomorrow")]
    public void DatesAreEqualAtTheirPrecision(string query) => AssertMatches(query);

    [Fact]
    public void ALongPhraseIsFound()
    {
        var words = string.Join(' ', Enumerable.Range(0, 200));
        var document = Some.Document(("message", "0 1 2 3 " + words + " end"));
        Assert.True(Matches($"\"{words} end\"", document));
        Assert.False(Matches($"\"{words} 200\"", document));
    }

    [Fact]
    public void MalformedTextDoesNotThrow()
    {
        var document = Some.Document(("message", (byte[])[0xFF, 0xC3, 0x20, .. "ok"u8]), ("host.name", (byte[])[0xED, 0xA0]));
        Assert.True(Matches("ok and not host.name : web", document));
    }

    [Fact]
    public void MatchingDoesNotAllocate()
    {
        var document = new Prepared(Line);
        var matcher = KqlMatcher.Compile(
            Some.Query("message : \"refused dial\" and status >= 500 and *.ip : 10.0.0.0/8 and not tags : red*"), new FakeTyping(), Some.Now);
        Assert.True(matcher.Matches(document));
        var before = GC.GetAllocatedBytesForCurrentThread();
        matcher.Matches(document);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64); // IPAddress.TryParse makes one object.
    }

    private static void AssertMatches(string query) => Assert.True(Matches(query, Line), query);

    private static bool Matches(string query, IFieldValues document) =>
        KqlMatcher.Compile(Some.Query(query), new FakeTyping(), Some.Now).Matches(document);

    private sealed class Prepared(FakeDocument source) : IFieldValues
    {
        private readonly byte[][] _text =
            [.. Enumerable.Range(0, source.Count).Select(i => source.IsText(i) ? source.Text(i).ToArray() : [])];

        public int Count => source.Count;

        public string FieldOf(int index) => source.FieldOf(index);

        public int Next(string field, int after)
        {
            for (var i = after + 1; i < Count; i++)
            {
                if (FieldOf(i) == field)
                {
                    return i;
                }
            }

            return -1;
        }

        public bool IsText(int index) => source.IsText(index);

        public ReadOnlySpan<byte> Text(int index) => _text[index];

        public long Long(int index) => source.Long(index);

        public double Double(int index) => source.Double(index);
    }
}
