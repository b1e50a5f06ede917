using System.Text;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Shipper.Text;

namespace Telemetry.Shipper.Tests.Text;

public class RecordScannerTests
{
    private const string NetTrace = """
        Unhandled exception. System.InvalidOperationException: outer
         ---> System.IO.IOException: inner
           at Shop.Disk.Read() in /src/Disk.cs:line 12
           --- End of inner exception stack trace ---
           at Shop.Cart.Add(Item item)
        --- End of stack trace from previous location ---
           at Program.<Main>$(String[] args)
        """;

    private const string LoggedNetTrace = """
        [12:00:00 ERR] checkout failed
        Shop.CartException: no such item
           at Shop.Cart.Add(Item item)
        """;

    private const string JavaTrace = """
        Exception in thread "main" java.lang.IllegalStateException: outer
        	at com.shop.Cart.add(Cart.java:12)
        Caused by: java.io.IOException: inner
        	at com.shop.Disk.read(Disk.java:5)
        	... 3 more
        """;

    private const string PythonTrace = """
        Traceback (most recent call last):
          File "a.py", line 1, in <module>
            f()
        ValueError: x

        During handling of the above exception, another exception occurred:

        Traceback (most recent call last):
          File "a.py", line 3, in <module>
            g()
        KeyError: 'y'
        """;

    private const string GoTrace = """
        panic: runtime error: invalid memory address or nil pointer dereference
        [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4660dd]

        goroutine 1 [running]:
        main.(*Cart).Add(0x0, {0x4a1b3c, 0x3})
        	/src/cart.go:12 +0x1d
        main.main()
        	/src/main.go:5 +0x2a

        goroutine 5 [select]:
        main.worker()
        	/src/main.go:20 +0x99
        created by main.main in goroutine 1
        	/src/main.go:4 +0x11
        """;

    private const string ConsoleLoggerTrace = """
        fail: Shop.Cart[42]
              checkout failed
              Shop.CartException: no such item
               ---> System.IO.IOException: inner
                 at Shop.Disk.Read()
                 --- End of inner exception stack trace ---
                 at Shop.Cart.Add(Item item)
        """;

    private const string SeveralLinesTrace = """
        Exception in thread "main" java.lang.IllegalStateException: the cart is closed
        and cannot be opened again:
          ask support
        	at com.shop.Cart.add(Cart.java:12)
        	at com.shop.Shop.main(Shop.java:3)
        """;

    private const string LoggedSeveralLinesTrace = """
        2026-11-20 10:00:00 ERROR checkout failed
        Shop.CartException: no such item
        (Parameter 'item')
           at Shop.Cart.Add(Item item)
        """;

    private const string GroupTrace = """
          + Exception Group Traceback (most recent call last):
          |   File "a.py", line 1, in <module>
          |     raise ExceptionGroup("two", [ValueError(1), KeyError(2)])
          | ExceptionGroup: two (2 sub-exceptions)
          +-+---------------- 1 ----------------
            | ValueError: 1
            +---------------- 2 ----------------
            | KeyError: 2
            +------------------------------------
        """;

    private const string GoServerTrace = """
        2026/11/20 10:00:00 http: panic serving 127.0.0.1:4711: no such item
        goroutine 17 [running]:
        net/http.(*conn).serve.func1()
        	/usr/lib/go/src/net/http/server.go:1850 +0xbf
        panic({0x6a1b3c, 0x7})
        	/usr/lib/go/src/runtime/panic.go:890 +0x263
        """;

    public static TheoryData<string> Traces =>
    [
        NetTrace, LoggedNetTrace, JavaTrace, PythonTrace, GoTrace, SeveralLinesTrace, LoggedSeveralLinesTrace, GroupTrace,
        GoServerTrace,
    ];

    [Fact]
    public void WhatTheConsoleLoggerIndentsIsOneRecord() => Assert.Equal(
        ["info: Shop[0]\n      up", ConsoleLoggerTrace, "dbug: Shop.Cart[1]\n      two\n      lines", "next"],
        Scan($"info: Shop[0]\n      up\n{ConsoleLoggerTrace}\ndbug: Shop.Cart[1]\n      two\n      lines\nnext\n"));

    [Theory]
    [MemberData(nameof(Traces))]
    public void AStackTraceIsOneRecord(string trace)
    {
        Assert.Equal(["before the trace", trace, "after the trace", "  indented but no frame"],
            Scan($"before the trace\n{trace}\nafter the trace\n  indented but no frame\n"));
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void TwoTracesAreTwoRecords(string trace) =>
        Assert.Equal([trace, trace], Scan($"{trace}\n{trace}\n"));

    [Theory]
    [InlineData("INFO start\nTraceback (most recent call last):\n  File \"a\", line 1\nE: x\n", 2)]
    [InlineData("ERROR:root:oops\nTraceback (most recent call last):\n  File \"a\", line 1\nE: x\n", 1)]
    [InlineData("INFO start\nSystem.FooException: x\n   at A.B()\n", 2)]
    [InlineData("failed to start\nSystem.FooException: x\nnext\n", 3)]
    [InlineData("panic: x\n\nnot a goroutine\n", 3)]
    [InlineData("a\n\n\nb\n", 4)]
    [InlineData("A.FooException: x\nINFO next\n   at A.B()\n", 2)]
    [InlineData("A.FooException: x\n10:00:00 next\n   at A.B()\n", 2)]
    [InlineData("A.FooException: x\nNov  5 10:00:00 next\n   at A.B()\n", 2)]
    [InlineData("A.FooException: x\nmore\nno frame\n", 3)]
    [InlineData("info: no logger\n      indented\n", 2)]
    [InlineData("all is well\ngoroutine 17 [running]:\n", 2)]
    [InlineData("  at noon we left\n  at night\n", 2)]
    [InlineData("Traceback (most recent call last):\n  File \"a\"\nE: x\n\nnext\n", 3)]
    public void LinesAreJoinedOnlyWhereATraceSaysSo(string text, int records) => Assert.Equal(records, Scan(text).Count);

    [Theory]
    [InlineData("inner", 1)]
    [InlineData("async", 1)]
    [InlineData("aggregate", 2)]
    [InlineData("failfast", 1)]
    [InlineData("failfastex", 1)]
    [InlineData("overflow", 1)]
    [InlineData("custom", 1)]
    public void WhatTheRuntimePrintsIsOneRecord(string sample, int records)
    {
        var text = Encoding.UTF8.GetString(Samples.Read(sample));
        Assert.Equal(records, Scan(text.EndsWith('\n') ? text : text + "\n").Count);
    }

    [Fact]
    public void CarriageReturnsGoWithTheLineEndOnly() => Assert.Equal(["a", "b\rc", "", "d\r"], Scan("a\r\nb\rc\r\n\r\nd\r\r\n"));

    [Fact]
    public void ALineIsHeldUntilItIsKnownThatNothingContinuesIt()
    {
        Assert.Equal(ScanResult.NeedMore, Next("line\n", SourcePause.None, out _));
        Assert.Equal(ScanResult.Record, Next("line\n{", SourcePause.None, out _));
        Assert.Equal(ScanResult.Record, Next("line\n", SourcePause.Lines, out _));
        Assert.Equal(ScanResult.NeedMore, Next("line\n   at A.", SourcePause.Lines, out _));
        Assert.Equal(ScanResult.Record, Next("line\n   at A.B()", SourcePause.End, out var joined));
        Assert.True(joined is { Length: 16, Open: true });
    }

    [Fact]
    public void AGroupEndsAtTheLimitOfItsLines()
    {
        var frames = string.Concat(Enumerable.Repeat("   at A.B()\n", 25));
        Assert.Equal(3, Scan("Unhandled exception. E: x\n" + frames, ScanOptions.Default with { MaxGroupLines = 10 }).Count);
    }

    [Fact]
    public void AGroupEndsAtTheLimitOfItsBytes()
    {
        var frames = string.Concat(Enumerable.Repeat("   at A.B()\n", 25));
        var records = Scan("Unhandled exception. E: x\n" + frames, ScanOptions.Default with { MaxRecordBytes = 100 });
        Assert.All(records, r => Assert.InRange(r.Length, 1, 100));
        Assert.Equal(26, records.Sum(r => r.Count(c => c == '\n') + 1));
    }

    [Fact]
    public void TheSizesInWhichBytesArriveDoNotMatter()
    {
        var random = new Random(7);
        string[] pieces =
        [
            NetTrace, LoggedNetTrace, JavaTrace, PythonTrace, GoTrace, "plain", "", "   at A.B()", " ---> E: x", "panic: x",
            "System.FooException", "Caused by: x", "Traceback (most recent call last):", "goroutine 1 [running]:", "ERROR x", "\r", "f(x)",
            "  \t", "created by x", "--- End of stack trace from previous location ---", new string('y', 300),
        ];
        for (var round = 0; round < 300; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => pieces[random.Next(pieces.Length)] + "\n"));
            var options = ScanOptions.Default with { MaxRecordBytes = 250, MaxGroupLines = random.Next(2, 20) };
            var whole = Scan(text, options);
            Assert.Equal(whole, ScanInPieces(text, options, random));
        }
    }

    [Fact]
    public void ALineAtATimeAllocatesNothing()
    {
        var data = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(i => $"{{\"level\":\"info\",\"n\":{i}}}\nError: {i}\n")));
        var least = long.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var records = Count(data);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(2000, records);
        }

        Assert.Equal(0, least);
    }

    private static int Count(ReadOnlySpan<byte> data)
    {
        var records = 0;
        while (RecordScanner.Next(data, SourcePause.End, ScanOptions.Default, out var record) == ScanResult.Record)
        {
            records++;
            data = data[record.Length..];
        }

        return records;
    }

    private static ScanResult Next(string text, SourcePause pause, out ScannedRecord record) =>
        RecordScanner.Next(Encoding.Latin1.GetBytes(text), pause, ScanOptions.Default, out record);

    private static List<string> Scan(string text, ScanOptions? options = null)
    {
        ReadOnlySpan<byte> data = Encoding.Latin1.GetBytes(text);
        var records = new List<string>();
        while (!data.IsEmpty)
        {
            Assert.Equal(ScanResult.Record, RecordScanner.Next(data, SourcePause.Lines, options ?? ScanOptions.Default, out var record));
            records.Add(Encoding.Latin1.GetString(data[..record.Content]));
            data = data[record.Length..];
        }

        return records;
    }

    /// <summary>As a tailer sees it: what is undecided stays until more has come.</summary>
    private static List<string> ScanInPieces(string text, ScanOptions options, Random random)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var records = new List<string>();
        var at = 0;
        var seen = 0;
        while (at < bytes.Length)
        {
            seen = Math.Min(bytes.Length, seen + random.Next(1, 60));
            while (at < seen)
            {
                var pause = seen == bytes.Length ? SourcePause.Lines : SourcePause.None;
                var found = RecordScanner.Next(bytes.AsSpan(at, seen - at), pause, options, out var record);
                if (found != ScanResult.Record)
                {
                    break;
                }

                records.Add(Encoding.Latin1.GetString(bytes, at, record.Content));
                at += record.Length;
            }
        }

        return records;
    }
}
