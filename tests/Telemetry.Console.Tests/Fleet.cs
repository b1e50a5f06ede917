using Telemetry.Autopsy;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Console.Tests;

/// <summary>A small fleet with every way to live and die, and its lines. The same for the same time.</summary>
internal sealed class Fleet
{
    private const long Minute = 60 * Some.Second;
    private readonly Random _random = new(7);
    private readonly long _now;

    public Fleet(TimeProvider time)
    {
        _now = Some.UnixUs(time);
        Documents = new FakeDocumentReader(time);
        Build();
    }

    public FakeDocumentReader Documents { get; }

    public FakeLifetimeReader Lifetimes { get; } = new();

    private void Build()
    {
        Add("api-1", "api", "a", LifetimeState.Alive, 170, 0);
        var first = Add("api-2", "api", "a", LifetimeState.Replaced, 168, 95, Segfault);
        var second = Add("api-2", "api", "b", LifetimeState.Alive, 94, 0, Throw, Throw);
        Link(first, second);
        Add("api-3", "api", "a", LifetimeState.Silent, 150, 38, missing: 412);
        Add("web-1", "web", "a", LifetimeState.Sealed, 160, 64);
        Add("web-2", "web", "a", LifetimeState.Alive, 61, 0);
        Add("worker-1", "worker", "a", LifetimeState.AgentStopped, 120, 12);
        Add("worker-2", "worker", "a", LifetimeState.Alive, 33, 0, Kill);
        Documents.Add(
            Some.Line(_now - (3 * Some.Second), 9001, "<script>alert(1)</script> & \"quotes\" <img src=x onerror=alert(2)>", ("log.level", "warn"), ("host.name", "<b>evil</b>")),
            Some.Line(_now - (2 * Some.Second), 9002, "\u001b[31mred\u001b[0m and \u202Eesrever\u202C and \0nul", ("log.level", "error"), ("labels.a\"b", "x'><script>")),
            Some.Line(_now - Some.Second, 9003, "Unhandled exception. System.InvalidOperationException: cart is empty\n   at Shop.Cart.Checkout() in /src/Cart.cs:line 42\n   at Shop.Program.Main()", ("log.level", "fatal"), ("service.name", "shop"), ("host.name", "web-1")));
    }

    private Lifetime Add(
        string instance, string role, string boot, LifetimeState state, int fromMinutes, int toMinutes, params Func<Lifetime, long, LifetimeCrash>[] crashes) =>
        Add(instance, role, boot, state, fromMinutes, toMinutes, 0, crashes);

    private Lifetime Add(
        string instance, string role, string boot, LifetimeState state, int fromMinutes, int toMinutes, ulong missing, params Func<Lifetime, long, LifetimeCrash>[] crashes)
    {
        var id = LifetimeId.From(instance, boot);
        var start = _now - (fromMinutes * Minute) - (instance[^1] * 7_300_000L % Minute);
        var last = toMinutes == 0 ? _now - (2 * Some.Second) : _now - (toMinutes * Minute);
        var lines = Lines(id, instance, role, start, last);
        var stored = (ulong)lines.Count;
        var lifetime = new Lifetime
        {
            Id = id,
            InstanceId = "i-0" + instance,
            BootId = $"3f1c-{boot}",
            HostName = instance,
            Role = role,
            Image = $"{role}-2026.11",
            Kernel = "6.18.2",
            Os = "Debian GNU/Linux 12",
            Zone = "eu-1a",
            TimeZone = "Europe/Berlin",
            AgentVersion = "0.1.0",
            AgentRuns = 1,
            State = state,
            Sealed = state == LifetimeState.Sealed,
            MissingTail = state == LifetimeState.Sealed ? null : new MissingTail(last),
            EndReason = state == LifetimeState.Sealed ? "shutdown" : state == LifetimeState.AgentStopped ? "signal TERM" : "",
            StartUnixUs = start,
            LastProofOfLifeUnixUs = last,
            LastHeardUnixUs = last + 40_000,
            EndUnixUs = state is LifetimeState.Sealed or LifetimeState.Replaced or LifetimeState.Silent ? last : null,
            Vitals = new Dictionary<string, double>
            {
                ["memory_total_bytes"] = 8.0 * (1 << 30), ["memory_available_bytes"] = state == LifetimeState.Silent ? 3.1e8 : 5.2e9,
                ["disk_total_bytes"] = 4e10, ["disk_free_bytes"] = 2.9e10, ["load1"] = 0.42, ["cpu_pressure"] = 3.2,
                ["memory_pressure"] = state == LifetimeState.Silent ? 92 : 0, ["io_pressure"] = 1.5, ["descriptors_used"] = 2144,
                ["descriptors_max"] = 9.2e18, ["oom_kills"] = state == LifetimeState.Silent ? 3 : 0, ["processes"] = 131,
                ["uptime_seconds"] = (last - start) / 1e6, ["spool_bytes"] = 18_432, ["oldest_unacked_ms"] = 210,
            },
            VitalsUnixUs = last,
            Workloads = [new LifetimeWorkload("w1", role, "1.4.2", $"registry/{role}:1.4.2", 4211, start + (2 * Some.Second), null, null, null),
                new LifetimeWorkload("w0", "migrate", "1.4.2", "", 4190, start, start + Some.Second, 0, null)],
            Streams =
            [
                new LifetimeStream(StreamId.From(2, "", $"/var/log/{role}.log"), new Epoch(77), $"/var/log/{role}.log", "file", "", Lane.Bulk, false, stored + missing, stored, 0, missing,
                    missing == 0 ? [] : [new Interval(stored, stored + missing)], 1_048_576, 1_048_576 + (missing * 210)),
                new LifetimeStream(StreamId.From(5, "w1", "stderr"), new Epoch(78), "stderr", "stderr", "w1", Lane.Bulk, false, 120, missing == 0 ? 120u : 116u, missing == 0 ? 0u : 4u, 0, [], 0, 0),
                new LifetimeStream(StreamId.From(1, "", "agent"), new Epoch(79), "agent", "agent", "", Lane.Critical, state == LifetimeState.Sealed, 412, 412, 0, 0, [], 0, 0),
            ],
            Losses = missing == 0 ? [] : [new LifetimeLoss(StreamId.From(5, "w1", "stderr"), new Epoch(78), 40, 4, 1_203_440, "line_too_long", "4 lines were longer than 256 KiB", last)],
        };
        lifetime = lifetime with { Crashes = [.. crashes.Select((make, i) => make(lifetime, i + 1L))] };
        foreach (var crash in lifetime.Crashes)
        {
            Documents.Add(Evidence(lifetime, crash));
        }

        lifetime = lifetime with { Crashes = [.. lifetime.Crashes.OrderBy(c => c.AtUnixUs)] };
        Documents.Add(lines);
        Lifetimes.Lifetimes.Add(lifetime);
        return lifetime;
    }

    private void Link(Lifetime first, Lifetime second)
    {
        var all = Lifetimes.Lifetimes;
        all[all.IndexOf(first)] = first with { Successor = second.Id };
        all[all.IndexOf(second)] = second with { Predecessor = first.Id };
    }

    private List<StoredDocument> Lines(LifetimeId id, string instance, string role, long start, long last)
    {
        var stream = StreamId.From(2, "", $"/var/log/{role}.log");
        List<StoredDocument> lines = [];
        for (var at = start; at < last; at += _random.NextInt64(2 * Some.Second, 40 * Some.Second))
        {
            var (level, message) = _random.Next(40) switch
            {
                0 => ("error", $"connection refused: dial tcp 10.0.{_random.Next(9)}.{_random.Next(99)}:5432"),
                1 or 2 => ("warn", $"slow query took {_random.Next(400, 4000)} ms"),
                < 9 => ("debug", $"cache miss for cart/{_random.Next(10_000)}"),
                _ => ("info", $"GET /cart/{_random.Next(10_000)} 200 in {_random.Next(3, 90)} ms"),
            };
            lines.Add(Some.Document(
                id, stream, at, (ulong)lines.Count, ("message", message), ("log.level", level), ("host.name", instance),
                ("service.name", role), ("event.original", $"{{\"level\":\"{level}\",\"msg\":\"{message}\"}}"), ("log.file.path", $"/var/log/{role}.log"),
                ("process.pid", 4211L), ("telemetry.parsed", true)));
        }

        return lines;
    }

    private static LifetimeCrash Segfault(Lifetime of, long n) => Crash(
        of, of.LastProofOfLifeUnixUs - (5 * Minute * n), "signal", "api died of SIGSEGV", "SIGSEGV", null, "", "");

    private static LifetimeCrash Kill(Lifetime of, long n) => Crash(
        of, of.LastProofOfLifeUnixUs - (9 * Minute * n), "signal", "worker killed by SIGKILL", "SIGKILL", null, "", "");

    private static LifetimeCrash Throw(Lifetime of, long n) => Crash(
        of, of.LastProofOfLifeUnixUs - (21 * Minute * n), "unhandled_exception", "System.InvalidOperationException", "SIGABRT", 134,
        "System.InvalidOperationException", "Sequence contains no <elements>");

    private static LifetimeCrash Crash(
        Lifetime of, long at, string kind, string title, string signal, int? exit, string type, string message)
    {
        var id = $"{of.HostName}{at}";
        var document = DocumentId.From(CrashRecord(of, id), at).ToString();
        return new LifetimeCrash(
            of.Id, id, document, at, kind, title, "w1", $"/usr/bin/{of.Role}", exit, signal, type, message, 754_000, of.InstanceId, of.HostName)
        {
            WorkloadName = of.Role,
        };
    }

    private static RecordId CrashRecord(Lifetime of, string id) => Some.Document(
        of.Id, StreamId.From(6, "", "crash"), 0, (ulong)Math.Abs(of.StartUnixUs % 1_000_000_007) + (ulong)id.Length).Record;

    private static StoredDocument Evidence(Lifetime of, LifetimeCrash crash)
    {
        DocumentId.TryParse(crash.DocumentId, out var id);
        var document = Some.Document(
            of.Id, StreamId.From(6, "", "crash"), crash.AtUnixUs, 0, ("crash.id", crash.Id), ("crash.kind", crash.Kind), ("message", crash.Title),
            ("log.level", "fatal"), ("host.name", of.HostName), ("service.name", of.Role), ("crash.signal", crash.Signal),
            ("crash.stderr", "warming up\nlistening on :8080\nUnhandled exception. " + crash.ErrorType + ": " + crash.ErrorMessage + "\n"),
            ("error.stack_trace", crash.ErrorType.Length == 0 ? "" : $"{crash.ErrorType}: {crash.ErrorMessage}\n   at System.Linq.ThrowHelper.ThrowNoElementsException()\n   at Shop.Orders.Latest() in /src/Orders.cs:line 17"));
        return document with { Id = id, Record = CrashRecord(of, crash.Id) };
    }
}
