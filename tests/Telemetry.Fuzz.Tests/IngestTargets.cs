using System.Text;
using Telemetry.Bus.SegmentLog;
using Telemetry.Indexer.Parsing;
using Telemetry.Shipper.Processes;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Fuzz.Tests;

public class IngestTargets
{
    [Fact]
    public void Lines()
    {
        var parser = new LineParser(new LabelNames());
        var document = new Document();
        var context = new LineContext(ZoneClock.Find("Europe/Berlin"), 1_767_323_045_000_000, true);
        Fuzzing.Run(
            input =>
            {
                document.Reset(default, context.MintedUnixUs);
                parser.Parse(input, context, document);
                Assert.True(document.FieldCount <= Document.MaxFields);
            },
            """{"@timestamp":"2026-01-02T03:04:05Z","log.level":"error","message":"a","service":{"name":"api"},"n":1.5,"t":[1,"x"]}""",
            """{"@t":"2026-01-02T03:04:05Z","@mt":"Order {Id:000} for {Name}","@l":"Warning","@x":"System.Exception: x\n   at A.B()","Id":7}""",
            "time=2026-01-02T03:04:05Z level=warn msg=\"a b\" k=v",
            "127.0.0.1 - frank [10/Oct/2025:13:55:36 -0700] \"GET /a?b HTTP/1.0\" 200 2326 \"http://r\" \"agent\"",
            "<34>1 2026-01-02T03:04:05.003Z host app 123 ID47 [x@1 a=\"b\"] message", "Jun 14 15:16:01 combo sshd(pam_unix)[19939]: check pass",
            "[Sun Dec 04 04:47:44 2005] [error] mod_jk child", "03-17 16:13:38.811  1702  2395 D WindowManager: text",
            "2026-01-02 03:04:05,678 ERROR [main] a.b.C: it broke\nSystem.IO.IOException: x\n   at A.B() in /a.cs:line 3");
    }

    [Fact]
    public void Exceptions() => Fuzzing.Run(
        input => ManagedExceptionParser.Parse(Encoding.UTF8.GetString(input)),
        "Unhandled exception. System.InvalidOperationException: cart\n ---> System.TimeoutException: late\n   at A.B(Int32 x) in /a.cs:line 7\n"
        + "   --- End of inner exception stack trace ---\n   at C.D()\n",
        "System.AggregateException: One or more errors occurred. (a) (b)\n ---> System.Exception: a\n   at A.B()\n"
        + "   --- End of inner exception stack trace ---\n ---> (Inner Exception #1) System.Exception: b<---\n");

    [Fact]
    public void BusEntries()
    {
        var stamp = new byte[64];
        stamp[0] = 1;
        var strings = new BusEntryStrings();
        Fuzzing.Run(input => BusEntryFormat.TryRead(input.ToArray(), strings, out _, out _), stamp, [1, .. LifetimeId.From("i", "b").ToByteArray()]);
    }
}
