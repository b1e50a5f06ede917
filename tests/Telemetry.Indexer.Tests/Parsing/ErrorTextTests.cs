namespace Telemetry.Indexer.Tests.Parsing;

public class ErrorTextTests
{
    [Fact]
    public void DotNetRecordIsTakenApart()
    {
        var document = Some.Parsed("2026-01-02 03:04:05 [ERR] Request failed\nSystem.InvalidOperationException: cart is empty\n ---> System.IO.IOException: disk\n   at A.B() in /src/A.cs:line 3\n   --- End of inner exception stack trace ---\n   at C.D()");
        Assert.Equal("error", document["log.level"]);
        Assert.Equal("Request failed", document["message"]);
        Assert.Equal("System.InvalidOperationException", document["error.type"]);
        Assert.Equal("cart is empty", document["error.message"]);
        Assert.StartsWith("System.InvalidOperationException", document["error.stack_trace"], StringComparison.Ordinal);
    }

    [Fact]
    public void UnhandledDotNetExceptionIsFatal()
    {
        var document = Some.Parsed("Unhandled exception. System.Net.Sockets.SocketException (111): Connection refused\n   at A.B()");
        Assert.Equal("fatal", document["log.level"]);
        Assert.Equal("System.Net.Sockets.SocketException", document["error.type"]);
        Assert.Equal("Connection refused", document["error.message"]);
    }

    [Fact]
    public void JavaRecordIsTakenApart()
    {
        var document = Some.Parsed("2026-01-02 03:04:05,678 ERROR [main] c.e.App - boom\njava.lang.IllegalStateException: no cart\n\tat com.example.App.run(App.java:10)\nCaused by: java.io.IOException: disk\n\t... 2 more");
        Assert.Equal("boom", document["message"]);
        Assert.Equal("java.lang.IllegalStateException", document["error.type"]);
        Assert.Equal("no cart", document["error.message"]);
    }

    [Fact]
    public void PythonTracebackIsTakenApart()
    {
        var document = Some.Parsed("Traceback (most recent call last):\n  File \"x.py\", line 1, in <module>\n    f()\nValueError: bad value: 7");
        Assert.Equal("error", document["log.level"]);
        Assert.Equal("ValueError", document["error.type"]);
        Assert.Equal("bad value: 7", document["error.message"]);
        Assert.StartsWith("Traceback", document["error.stack_trace"], StringComparison.Ordinal);
    }

    [Fact]
    public void GoPanicIsTakenApart()
    {
        var document = Some.Parsed("panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:5 +0x1d");
        Assert.Equal("fatal", document["log.level"]);
        Assert.Equal("runtime error", document["error.type"]);
        Assert.Equal("index out of range [5] with length 3", document["error.message"]);
    }

    [Fact]
    public void LinesThatAreNoTraceBelongToTheMessage()
    {
        var document = Some.Parsed("2026-01-02 03:04:05 INFO settings:\n  a = 1\n  b = 2");
        Assert.Equal("settings:\n  a = 1\n  b = 2", document["message"]);
        Assert.Null(document["error.stack_trace"]);
    }
}
