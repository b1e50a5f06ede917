namespace Telemetry.Indexer.Tests.Parsing;

public class PlainLineTests
{
    [Theory]
    [InlineData("[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok", "notice", "workerEnv.init() ok", null)]
    [InlineData("2015-07-29 17:41:44,747 - INFO  [QuorumPeer[myid=1]/0:0:0:0:0:0:0:0:2181:FastLeaderElection@774] - Notification time out: 3200", "info", "Notification time out: 3200", null)]
    [InlineData("2016-09-28 04:30:31, Info                  CBS    Loaded Servicing Stack", "info", "Loaded Servicing Stack", "CBS")]
    [InlineData("03-17 16:13:38.811  1702  2395 D WindowManager: printFreezing, allDrawn= false", "debug", "printFreezing, allDrawn= false", "WindowManager")]
    [InlineData("081109 203615 148 INFO dfs.DataNode$PacketResponder: PacketResponder 1 for block", "info", "PacketResponder 1 for block", "dfs.DataNode$PacketResponder")]
    [InlineData("- 1117838570 2005.06.03 R02-M1-N0-C:J12-U11 2005-06-03-15.42.50.675872 R02-M1-N0-C:J12-U11 RAS KERNEL INFO instruction cache parity error corrected", "info", "instruction cache parity error corrected", "RAS KERNEL")]
    [InlineData("17/06/09 20:10:40 INFO executor.CoarseGrainedExecutorBackend: Registered signal handlers", "info", "Registered signal handlers", "executor.CoarseGrainedExecutorBackend")]
    [InlineData("2015-10-18 18:01:47,978 INFO [main] org.apache.hadoop.mapreduce.v2.app.MRAppMaster: Created MRAppMaster", "info", "Created MRAppMaster", "org.apache.hadoop.mapreduce.v2.app.MRAppMaster")]
    [InlineData("2026-01-02 03:04:05 ERROR Failed to open the door", "error", "Failed to open the door", null)]
    [InlineData("2026-01-02 03:04:05,123 - myapp - WARNING - disk is full", "warn", "disk is full", "myapp")]
    [InlineData("2026-01-02 03:04:05.123 +00:00 [INF] Now listening", "info", "Now listening", null)]
    [InlineData("[03:04:05 ERR] Now listening", "error", "Now listening", null)]
    [InlineData("2026-01-02 03:04:05.1234|WARN|Shop.Cart|cart is empty", "warn", "Shop.Cart|cart is empty", null)]
    [InlineData("[2026-01-02T03:04:05Z INFO  my_crate::module] started", "info", "started", "my_crate::module")]
    [InlineData("2026-01-02T03:04:05.123Z  INFO 1234 --- [main] c.e.demo.DemoApplication : Started", "info", "Started", "c.e.demo.DemoApplication")]
    [InlineData("[2026-01-02 03:04:05 +0000] [123] [ERROR] Worker died", "error", "Worker died", null)]
    [InlineData("2026/01/02 03:04:05 [error] 123#123: *1 open() failed", "error", "123#123: *1 open() failed", null)]
    [InlineData("2026-01-02 03:04:05.123 UTC [123] LOG:  database system is ready", "info", "database system is ready", null)]
    [InlineData("2026-01-02 03:04:05.123 CET [123] FATAL:  role does not exist", "fatal", "role does not exist", null)]
    [InlineData("2026-01-02T03:04:05.123456Z 0 [Note] [MY-010] starting", "info", "[MY-010] starting", null)]
    [InlineData("I0102 03:04:05.678901    1234 server.go:12] started", "info", "1234 server.go:12] started", null)]
    [InlineData("INFO 2026-01-02 03:04:05 started", "info", "started", null)]
    [InlineData("[ERROR] [2026-01-02 03:04:05] it broke", "error", "it broke", null)]
    [InlineData("nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 25746 INFO nova.osapi_compute.wsgi.server [req-38] GET", "info", "nova.osapi_compute.wsgi.server [req-38] GET", null)]
    [InlineData("ERROR: it broke", "error", "it broke", null)]
    [InlineData("error: it broke", "error", "it broke", null)]
    [InlineData("[warn] it bends", "warn", "it bends", null)]
    [InlineData("FATAL it broke", "fatal", "it broke", null)]
    [InlineData("\u001b[32mINFO\u001b[0m 2026-01-02 03:04:05 green", "info", "green", null)]
    [InlineData("2026-01-02 03:04:05 Error while reading", null, "Error while reading", null)]
    [InlineData("2026-01-02 03:04:05 user entered ERROR as a name", null, "user entered ERROR as a name", null)]
    [InlineData("2026-01-02 03:04:05 hello", null, "hello", null)]
    public void PrefixIsTakenApart(string line, string? level, string message, string? logger)
    {
        var document = Some.Parsed(line);
        Assert.Equal(level, document["log.level"]);
        Assert.Equal(message, document["message"]);
        if (logger is not null)
        {
            Assert.Equal(logger, document["log.logger"]);
        }

        Assert.Equal("1", document["telemetry.parsed"]);
        Assert.Equal(line, document["event.original"]);
    }

    [Theory]
    [InlineData("hello autopsy")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("An error occurred")]
    [InlineData("Info desk is open")]
    [InlineData("{not json")]
    [InlineData("a=b")]
    [InlineData("the certificate expires 2026-01-02 03:04:05")]
    public void OtherLinesAreKeptAndCounted(string line)
    {
        var document = Some.Parsed(line);
        Assert.Equal(line, document["message"]);
        Assert.Equal("0", document["telemetry.parsed"]);
        Assert.Equal(Some.Minted, document.TimestampUnixUs);
        Assert.Null(document["log.level"]);
    }

    [Theory]
    [InlineData("2040-01-01 00:00:00 from the future", "2040-01-01 00:00:00")]
    [InlineData("1980-01-01 00:00:00 from the past", "1980-01-01 00:00:00")]
    public void TimeThatCannotBeIsNotedAndNotBelieved(string line, string ignored)
    {
        var document = Some.Parsed(line);
        Assert.Equal(Some.Minted, document.TimestampUnixUs);
        Assert.Equal(ignored, document["telemetry.time_ignored"]);
    }

    [Fact]
    public void SyslogOfFilesGivesHostProgramAndPid()
    {
        var document = Some.Parsed("Dec 10 06:55:46 LabSZ sshd[24200]: Invalid user webmaster from 173.234.31.186");
        Assert.Equal("LabSZ", document["log.syslog.hostname"]);
        Assert.Equal("sshd", document["process.name"]);
        Assert.Equal("24200", document["process.pid"]);
        Assert.Equal("Invalid user webmaster from 173.234.31.186", document["message"]);
        Assert.Equal("syslog", document["telemetry.format"]);
    }

    [Fact]
    public void SyslogProgramMayHaveAModule()
    {
        var document = Some.Parsed("Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure; logname= uid=0");
        Assert.Equal("sshd(pam_unix)", document["process.name"]);
        Assert.Equal("authentication failure; logname= uid=0", document["message"]);
    }

    [Fact]
    public void Rfc3164WithPriorityGivesLevel()
    {
        var document = Some.Parsed("<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick");
        Assert.Equal("34", document["log.syslog.priority"]);
        Assert.Equal("fatal", document["log.level"]);
        Assert.Equal("su", document["process.name"]);
        Assert.Equal("'su root' failed for lonvick", document["message"]);
    }

    [Theory]
    [InlineData("2026-02-30T10:00:00Z ERROR it broke", "2026-02-30T10:00:00Z")]
    [InlineData("2026-01-02T25:00:00Z ERROR it broke", "2026-01-02T25:00:00Z")]
    [InlineData("[2026-13-02 10:00:00,123 +02:00] ERROR: it broke", "2026-13-02 10:00:00,123")]
    [InlineData("30/30/26 10:00:19 ERROR it broke", "30/30/26 10:00:19")]
    public void AnImpossibleTimeDoesNotHideTheLevel(string line, string time)
    {
        var document = Some.Parsed(line);
        Assert.Equal("error", document["log.level"]);
        Assert.Equal(time, document["telemetry.time_ignored"]);
        Assert.EndsWith("it broke", document["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("App\\\"x\\\"", "App\"x\"")]
    [InlineData("a\\\\b\\]c", "a\\b]c")]
    [InlineData("C:\\new", "C:\\new")]
    public void EscapesOfRfc5424AreRemoved(string written, string value)
    {
        var document = Some.Parsed($"<165>1 2003-10-11T22:14:15.003Z host app 99 ID47 [x@1 eventSource=\"{written}\" iut=\"3\"] An event");
        Assert.Equal(value, document["labels.eventSource"]);
        Assert.Equal("3", document["labels.iut"]);
        Assert.Equal("An event", document["message"]);
    }

    [Fact]
    public void Rfc5424IsTakenApart()
    {
        var document = Some.Parsed(
            "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 99 ID47 [exampleSDID@32473 iut=\"3\" eventSource=\"App]\"] \uFEFFAn event");
        Assert.Equal("notice", document["log.level"]);
        Assert.Equal("mymachine.example.com", document["log.syslog.hostname"]);
        Assert.Equal("evntslog", document["process.name"]);
        Assert.Equal("99", document["process.pid"]);
        Assert.Equal("ID47", document["event.code"]);
        Assert.Equal("3", document["labels.iut"]);
        Assert.Equal("App]", document["labels.eventSource"]);
        Assert.Equal("An event", document["message"]);
        Assert.Equal("2003-10-11T22:14:15.003000Z", Store.Rfc3339.Format(document.TimestampUnixUs));
    }

    [Fact]
    public void CommonAndCombinedAccessLogsAreTakenApart()
    {
        var document = Some.Parsed(
            "203.0.113.7 - frank [10/Oct/2000:13:55:36 -0700] \"GET /a?b=1 HTTP/1.1\" 200 2326 \"http://ref/\" \"Mozilla/5.0 (X11)\"");
        Assert.Equal("203.0.113.7", document["source.ip"]);
        Assert.Equal("frank", document["user.name"]);
        Assert.Equal("GET", document["http.request.method"]);
        Assert.Equal("/a?b=1", document["url.original"]);
        Assert.Equal("/a", document["url.path"]);
        Assert.Equal("1.1", document["http.version"]);
        Assert.Equal("200", document["http.response.status_code"]);
        Assert.Equal("2326", document["http.response.body.bytes"]);
        Assert.Equal("http://ref/", document["http.request.referrer"]);
        Assert.Equal("Mozilla/5.0 (X11)", document["user_agent.original"]);
        Assert.Equal("2000-10-10T20:55:36.000000Z", Store.Rfc3339.Format(document.TimestampUnixUs));
        Assert.Equal("access", document["telemetry.format"]);
    }

    [Fact]
    public void LogfmtGivesFieldsAndLabels()
    {
        var document = Some.Parsed(
            "time=2026-01-02T03:00:00Z level=warning msg=\"cart \\\"x\\\" is empty\" user=7 trace_id=abc caller=main.go:12 empty=");
        Assert.Equal("warn", document["log.level"]);
        Assert.Equal("cart \"x\" is empty", document["message"]);
        Assert.Equal("7", document["labels.user"]);
        Assert.Equal("abc", document["trace.id"]);
        Assert.Equal("main.go", document["log.origin.file.name"]);
        Assert.Equal("12", document["log.origin.file.line"]);
        Assert.Equal("logfmt", document["telemetry.format"]);
        Assert.Equal("2026-01-02T03:00:00.000000Z", Store.Rfc3339.Format(document.TimestampUnixUs));
    }

    [Fact]
    public void BytesThatAreNoTextAreReplaced()
    {
        var document = Some.Parsed([.. "ab"u8, 0xFF, 0xC3, 0, .. "cd"u8]);
        Assert.Equal("ab\uFFFD\uFFFD\uFFFDcd", document["event.original"]);
    }
}
