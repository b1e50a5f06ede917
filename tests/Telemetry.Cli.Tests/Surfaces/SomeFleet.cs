using Google.Protobuf;
using Telemetry.Bus;
using Telemetry.Protos.V1;
using Telemetry.Query;
using Telemetry.Store;
using Telemetry.Wire;
using static Telemetry.Cli.Tests.Surfaces.SomeServer;
using Epoch = Telemetry.Wire.Epoch;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Cli.Tests.Surfaces;

/// <summary>
/// What servers have delivered: lifetimes in every state, crashes, losses, gaps and conflicts, and lines with everything that a
/// store may answer differently. Always the same.
/// </summary>
internal static class SomeFleet
{
    public const string AppLog = "/var/log/app.log";
    public const string SysLog = "/var/log/syslog";

    /// <summary>Attributes that are promoted.</summary>
    public static readonly PromotedFields Fields = new(
        [new PromotedField("order.total", FieldType.Double), new PromotedField("tenant.plan", FieldType.Keyword, "plan")]);

    /// <summary>Orderly shut down.</summary>
    public static readonly SomeServer Sealed = MakeSealed();

    /// <summary>The next boot of <see cref="Sealed"/>, which is alive.</summary>
    public static readonly SomeServer Alive = MakeAlive();

    /// <summary>Died without a word, with lines on the way.</summary>
    public static readonly SomeServer Silent = MakeSilent();

    /// <summary>Its shipper was stopped; everything about it that can be is other than ASCII.</summary>
    public static readonly SomeServer Stopped = MakeStopped();

    /// <summary>Booted again without a seal; of the boot after it nothing but lines has come.</summary>
    public static readonly SomeServer Replaced = MakeReplaced();

    /// <summary>Said something on one lane, and much later on the other.</summary>
    public static readonly SomeServer Apart = MakeApart();

    private static readonly SomeServer[] All = [Sealed, Alive, Silent, Stopped, Replaced, MakeReplacement(), Apart, MakeUnknown()];

    /// <summary>Those that are looked at one by one.</summary>
    public static IEnumerable<SomeServer> Told => [Sealed, Alive, Silent, Stopped, Replaced, Apart];

    /// <summary>Number of records of one lane.</summary>
    public static ulong Records(Lane lane) => (ulong)All.Sum(server => server.Records.GetValueOrDefault(lane));

    /// <summary>Batches of one lane as they came on the bus.</summary>
    public static IEnumerable<(BusStamp Stamp, byte[] Body)> Batches(Lane lane) => All
        .SelectMany(server => server.Batches).Where(batch => batch.Lane == lane).OrderBy(batch => batch.Stamp.BusUnixUs)
        .Select(batch => (batch.Stamp, batch.Body));

    private static SomeServer MakeSealed()
    {
        var server = new SomeServer("i-1", "boot-1");
        server.Says(3600, server.Start("web-1", Web), server.Opened(AppLog));
        server.Logs(
            3500, AppLog, "2026-01-02 02:05:45.000 INFO first line of the first boot", "2026-01-02 02:05:46.000 WARN disk is getting full");
        server.Says(1900, server.Heartbeat(1900, AppLog));
        server.Says(1800, new StreamClosed
        {
            StreamId = Stream(AppLog).Value, Epoch = First.Value, NextSeq = server.Next(AppLog), Reason = "end of file",
        });
        return server.Says(1790, new Seal
        {
            Final = true, Reason = "reboot",
            Streams =
            {
                new SealedStream { StreamId = Stream(AppLog).Value, Epoch = First.Value, NextSeq = server.Next(AppLog), EndOfSource = true },
            },
        });
    }

    private static SomeServer MakeAlive()
    {
        var server = new SomeServer("i-1", "boot-2");
        var second = new Epoch(8);
        server.Says(1700, server.Start("web-1", identity =>
        {
            Web(identity);
            identity.BootedUnixUs = Ago(1750);
        }));
        server.Says(1690, new WorkloadStart
        {
            Workload = new Workload { Id = "w1", Name = "api", Version = "1.4.2", Image = "api:1.4.2", StartedUnixUs = Ago(1690) },
            Pid = 77, CommandLine = { "/opt/api/api", "--port", "80" },
        });
        server.Says(1680, server.Opened(AppLog, workload: "w1"), server.Opened(SysLog));
        server.Logs(1600, AppLog,
            """{"@timestamp":"2026-01-02T02:37:25.000001Z","level":"error","message":"cart is empty","service":"shop","user":"Zoë","order":{"total":101.5,"items":3},"plan":"gold"}""",
            """{"@timestamp":"2026-01-02T02:37:25.000002Z","level":"info","message":"cart has 10.5 items of 3 kinds","service":"shop","user":"zoë","order":{"total":"7"},"plan":"Gold"}""",
            """{"@timestamp":"2026-01-02T02:37:25Z","level":"debug","message":"","order":{"total":"much"},"tags":["a","b","ä"]}""",
            "2026-01-02 02:37:26.5 ERROR Unhandled: naïve café — 注文 42 失敗 😀\u0000\u001b[31mred\u001b[0m \u202eesrever <script>alert(1)</script>",
            "level=warn msg=\"slow request\" http.response.status_code=503 url.path=/cart/Ünï client.ip=10.1.2.3 duration=1.5s");
        server.Logs(1500, AppLog,
            """{"@timestamp":"2026-01-02T02:39:05Z","level":"ERROR","message":"could not place order\nsecond line","exception":"System.InvalidOperationException: cart is empty\n   at Shop.Cart.Add(Item item) in /src/Cart.cs:line 12\n   at Shop.Api.Post()\n ---> System.IO.IOException: disk\n   at Shop.Disk.Write()","trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331"}""",
            """10.0.0.1 - - [02/Jan/2026:02:39:06 +0000] "GET /cart?id=1 HTTP/1.1" 404 512 "-" "curl/8" """,
            "<34>1 2026-01-02T02:39:07.000Z web-1 sshd 4211 - - Failed password for root");
        server.Logs(1500, SysLog, [.. Enumerable.Range(0, 12).Select(i => $"2026-01-02T02:39:05Z INFO tick {i}")]);
        server.Says(1400, server.Opened(AppLog, second, "w1", "source changed"));
        server.Logs(1400, 1400, AppLog, second, "2026-01-02T02:40:45Z INFO after the rotation");
        server.Says(600, ACrash("c1", 600), ACrash("c2", 600, exit: 3), new WorkloadEnd { WorkloadId = "w1", EndedUnixUs = Ago(600), Signal = 6 });
        server.Skips(SysLog, 3);
        server.Says(500, new Loss
        {
            StreamId = Stream(SysLog).Value, Epoch = First.Value, FirstSeq = 12, Count = 3, Bytes = 300, Reason = LossReason.SpoolFull,
            Detail = "The spool was full.",
        });
        server.Logs(400, SysLog, [.. Enumerable.Range(0, 8).Select(i => $"2026-01-02T02:57:25Z INFO tock {i}")]);

        // Written before the tocks, and delivered after them: its connection was slow.
        server.Logs(450, 300, AppLog, second, [.. Enumerable.Range(0, 25).Select(i => $"2026-01-02T02:56:35Z INFO late {i}")]);
        return server.Says(0.2, server.Heartbeat(0.2, AppLog, SysLog));
    }

    private static SomeServer MakeSilent()
    {
        var server = new SomeServer("i-2", "boot-1");
        server.Logs(2000, SysLog, "2026-01-02T02:30:45Z kernel: before the shipper knew who it is", "2026-01-02T02:30:46Z ERROR out of memory");
        server.Says(1990, server.Start("db-1"), server.Opened(SysLog));
        server.Says(700, server.Start("db-1", run: "r2"));
        server.Says(600, new Crash
        {
            CrashId = "c9", Kind = CrashKind.Signal, AtUnixUs = Ago(600), Pid = 9, Executable = "/usr/bin/postgres", Signal = 11,
            SignalName = "SIGSEGV", CoreDumped = true, RunTimeMs = 86_400_000, StderrTail = ByteString.CopyFromUtf8("last words\n"),
        });
        server.Contradicts(650, SysLog, 0, "2026-01-02T02:53:15Z another line 0", "2026-01-02T02:53:15Z another line 1");
        server.Skips(SysLog, 6);
        return server.Says(300, server.Heartbeat(300, SysLog));
    }

    private static SomeServer MakeStopped()
    {
        var server = new SomeServer("i-日本", "起動-1");
        server.Says(1000, server.Start("naïve-日本", identity =>
            (identity.Role, identity.Zone, identity.Tenant) = ("Ünïcode <b>", "\u202ezone", "acme")));
        server.Logs(990, AppLog, "2026-01-02T02:47:35Z INFO 起動しました");
        return server.Says(900, new AgentStop { Reason = "signal TERM" });
    }

    private static SomeServer MakeReplaced()
    {
        var server = new SomeServer("i-4", "b-1");
        server.Says(5000, server.Start("cache-1"), server.Opened(SysLog));
        return server.Logs(4900, SysLog, "2026-01-02T01:42:25Z INFO last of this boot");
    }

    private static SomeServer MakeReplacement()
    {
        var server = new SomeServer("i-4", "b-2");
        return server.Says(4000, server.Start("cache-1"));
    }

    private static SomeServer MakeApart()
    {
        var server = new SomeServer("i-5", "b");
        return server.Says(9000, server.Start("apart-1")).Logs(8000, SysLog, "long after");
    }

    /// <summary>Nothing but lines.</summary>
    private static SomeServer MakeUnknown() =>
        new SomeServer("i-9", "?").Logs(1995, SysLog, "2026-01-02T02:43:31Z who am I", "2026-01-02T02:43:31Z who are you");

    private static void Web(Identity identity) =>
        (identity.Role, identity.Zone, identity.Image, identity.Kernel, identity.Os, identity.TimeZone, identity.BootedUnixUs) =
        ("web", "eu-1a", "img-7", "6.1.0", "Debian 12", "Europe/Berlin", Ago(3700));

    private static Crash ACrash(string id, double secondsAgo, int exit = 0) => new()
    {
        CrashId = id, AtUnixUs = Ago(secondsAgo), WorkloadId = "w1", Pid = 77, Executable = "/opt/api/api", RunTimeMs = 3200,
        Kind = exit == 0 ? CrashKind.UnhandledException : CrashKind.ExitCode, ExitCode = exit,
        Signal = exit == 0 ? 6 : 0, SignalName = exit == 0 ? "SIGABRT" : "",
        StderrTail = ByteString.CopyFromUtf8("Unhandled exception. System.InvalidOperationException: cart is empty\n"),
        Exception = exit != 0 ? null : new ManagedException
        {
            Type = "System.InvalidOperationException", Message = "cart is empty",
            Frames = { new ManagedFrame { Method = "Shop.Cart.Add(Item item)", File = "/src/Cart.cs", Line = 12 } },
            Inner = { new ManagedException { Type = "System.IO.IOException", Message = "disk" } },
        },
    };
}
