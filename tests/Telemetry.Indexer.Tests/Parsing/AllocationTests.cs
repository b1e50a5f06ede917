using System.Diagnostics;
using System.Text;
using Telemetry.Indexer.Parsing;
using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Indexer.Tests.Parsing;

public class AllocationTests
{
    private const string Json =
        """{"@timestamp":"2026-01-02T03:04:05.123Z","log.level":"info","message":"order 1234567 accepted by the cart of customer 8912","service.name":"shop-api","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","user":"u-7781","ms":12.5}""";

    [Theory]
    [InlineData(Json)]
    [InlineData("""{"@t":"2026-01-02T03:00:00.1Z","@mt":"{User} bought {Item}","User":"alice \"b\"","Item":7}""")]
    [InlineData("081109 203615 148 INFO dfs.DataNode$PacketResponder: PacketResponder 1 for block blk_38865049064139660 terminating")]
    [InlineData("level=info msg=\"a b\" user=7 ts=2026-01-02T03:04:05Z")]
    [InlineData("Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure; logname= uid=0 euid=0")]
    [InlineData("203.0.113.7 - frank [10/Oct/2000:13:55:36 -0700] \"GET /a?b=1 HTTP/1.1\" 200 2326 \"-\" \"Mozilla/5.0\"")]
    [InlineData("hello autopsy")]
    public void NothingIsAllocatedForALine(string text) => AssertAllocatesNothing(text, PromotedFields.None);

    [Fact]
    public void NothingIsAllocatedForPromotedFieldsWhetherTheValuesFitOrNot() => AssertAllocatesNothing(
        """{"message":"m","a":1,"b":12.5,"c":true,"d":"2026-01-02T03:04:05Z","e":"10.0.0.1","f":"k","g":"some text","h":{"i":[1,"x",3]}}""",
        new PromotedFields(
        [
            new("a", FieldType.Long), new("b", FieldType.Double), new("c", FieldType.Boolean), new("d", FieldType.Date), new("e", FieldType.Ip),
            new("f", FieldType.Boolean), new("g", FieldType.Text), new("h.i", FieldType.Long),
        ]));

    private static void AssertAllocatesNothing(string text, PromotedFields promoted)
    {
        var line = Encoding.UTF8.GetBytes(text);
        var (parser, document, context) = Start(promoted);
        for (var i = 0; i < 100; i++)
        {
            Parse(parser, line, context, document);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Parse(parser, line, context, document);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    [Trait("Category", "heavy")]
    public void JsonLineTakesFewMicroseconds()
    {
        var line = Encoding.UTF8.GetBytes(Json);
        var (parser, document, context) = Start();
        var best = double.MaxValue;
        for (var round = 0; round < 500; round++)
        {
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < 200; i++)
            {
                Parse(parser, line, context, document);
            }

            best = Math.Min(best, clock.Elapsed.TotalMicroseconds / 200);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{line.Length} bytes: {best:0.00} µs");
        Assert.True(best < 10, $"{best} µs");
    }

    private static (LineParser, Document, LineContext) Start(PromotedFields? promoted = null) =>
        (new LineParser(new LabelNames(), promoted), new Document(), new LineContext(ZoneClock.Find("Europe/Berlin"), Some.Minted, true));

    private static void Parse(LineParser parser, byte[] line, in LineContext context, Document document)
    {
        document.Reset(new Wire.RecordId(Some.Lifetime, Some.File, Some.Epoch, 0), Some.Minted);
        parser.Parse(line, context, document);
    }
}
