using System.Globalization;
using Telemetry.Autopsy;
using Telemetry.Console.Html;
using Telemetry.Query;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Console.Pages;

/// <summary><c>/lifetimes/ID</c>: the autopsy of one boot of one server.</summary>
internal sealed class LifetimePage(ConsoleServices services) : IPage
{
    private const int LastWords = 20;

    public async Task<PageView> ViewAsync(PageRequest request)
    {
        var lifetime = LifetimeId.TryParse((string?)request.Http.Request.RouteValues["id"], out var id)
            ? await services.Lifetimes.GetAsync(id, request.Cancel)
            : null;
        if (lifetime is null)
        {
            return new PageView("Not found", "/lifetimes", html => Notice.Write(
                html, "This lifetime is not known",
                "Its records may not have arrived, or it is older than what is kept.", ("All lifetimes", "/lifetimes")))
            {
                Status = 404,
            };
        }

        var last = await services.Documents.LastAsync(id, null, LastWords, request.Cancel);
        var within = new FieldMatches(Fields.LifetimeIdField.Name, new KqlValue(id.ToString(), true, null));
        var evidence = lifetime.Crashes.Count == 0
            ? new CrashEvidence(new Dictionary<string, StoredDocument>(), [])
            : await CrashList.EvidenceAsync(services.Documents, within, request.Cancel);
        var name = LifetimeStates.Instance(lifetime.InstanceId, lifetime.HostName);
        return new PageView($"{name} {id.ToString()[..8]}", "/lifetimes", html =>
        {
            WriteHead(html, lifetime, name, request.NowUnixUs);
            WriteVitals(html, lifetime, request.NowUnixUs);
            WriteCrashes(html, lifetime, evidence, request.NowUnixUs);
            Notice.WriteIncomplete(html, last.Incomplete);
            WriteLastWords(html, lifetime, last);
            WriteStreams(html, lifetime);
            WriteWorkloads(html, lifetime, request.NowUnixUs);
            WriteLosses(html, lifetime, request.NowUnixUs);
            WriteIdentity(html, lifetime);
        });
    }

    private static void WriteHead(HtmlWriter html, Lifetime lifetime, string name, long now)
    {
        var end = LifetimeStates.End(lifetime, now);
        using (html.In("header", ("class", "head life")))
        {
            using (html.In("h1"))
            {
                html.Text(name);
                LifetimeStates.Badge(html, lifetime.State);
            }

            html.Element("p", LifetimeStates.Meaning(lifetime.State)
                + (lifetime.EndReason.Length > 0 ? $" It said: {lifetime.EndReason}." : ""), ("class", "meaning"));
            using (html.In("dl", ("class", "facts")))
            {
                Fact(html, "started", lifetime.StartUnixUs, now);
                if (lifetime.EndUnixUs is { } ended)
                {
                    Fact(html, "ended", ended, now);
                }

                Fact(html, "lived", Show.Duration(end - lifetime.StartUnixUs));
                Fact(html, "last proof of life", lifetime.LastProofOfLifeUnixUs, now);
                Fact(html, "role", lifetime.Role);
                Fact(html, "zone", lifetime.Zone);
                Fact(html, "image", lifetime.Image);
            }

            CompletenessVerdict.Write(html, lifetime);
            WriteLinks(html, lifetime);
        }
    }

    private static void WriteLinks(HtmlWriter html, Lifetime lifetime)
    {
        using (html.In("p", ("class", "actions")))
        {
            if (lifetime.Predecessor is { } before)
            {
                html.Element("a", "← Boot before", ("class", "button"), ("href", Link.Lifetime(before.ToString())));
            }

            html.Element("a", "All its documents", ("class", "button"), ("href", Link.Search(
                KqlPrinter.Term(Fields.LifetimeIdField.Name, lifetime.Id.ToString()), SearchState.All)));
            html.Element("a", "JSON", ("class", "button"), ("href", Link.To($"/api/v1/lifetimes/{lifetime.Id}")));
            if (lifetime.Successor is { } after)
            {
                html.Element("a", "Boot after →", ("class", "button"), ("href", Link.Lifetime(after.ToString())));
            }
        }
    }

    private static void WriteVitals(HtmlWriter html, Lifetime lifetime, long now)
    {
        using (html.In("section"))
        {
            using (html.In("h2"))
            {
                html.Text("Vitals ");
                if (lifetime.VitalsUnixUs > 0)
                {
                    html.Element("small", lifetime.State == LifetimeState.Alive ? "read " : "the last heartbeat, ");
                    Show.Ago(html, lifetime.VitalsUnixUs, now);
                }
            }

            if (lifetime.Vitals.Count == 0)
            {
                html.Element("p", "No heartbeat has come.", ("class", "dim"));
                return;
            }

            VitalsCards.Write(html, lifetime);
        }
    }

    private static void WriteCrashes(
        HtmlWriter html, Lifetime lifetime, CrashEvidence evidence, long now)
    {
        if (lifetime.Crashes.Count > 0)
        {
            using (html.In("section", ("id", "crashes")))
            {
                html.Element("h2", Show.Plural(lifetime.Crashes.Count, "crash", "crashes"));
                CrashList.Write(html, [.. lifetime.Crashes.Reverse()], evidence, now, isOpen: lifetime.Crashes.Count <= 3);
            }
        }
    }

    private static void WriteLastWords(HtmlWriter html, Lifetime lifetime, IReadOnlyList<StoredDocument> last)
    {
        using (html.In("section"))
        {
            html.Element("h2", lifetime.State == LifetimeState.Alive ? "Latest lines" : "Last words");
            if (last.Count == 0)
            {
                html.Element("p", "No document of this lifetime is stored.", ("class", "dim"));
                return;
            }

            HitList.Write(html, last, new SearchState(
                KqlPrinter.Term(Fields.LifetimeIdField.Name, lifetime.Id.ToString()), SearchState.All, null));
        }
    }

    private static void WriteStreams(HtmlWriter html, Lifetime lifetime)
    {
        Table(html, "Streams", "No stream is known.", ["Stream", "Workload", "Kind", "Lane", "Records", "Share", "Source read"], lifetime.Streams, stream =>
        {
            using (html.In("th", ("scope", "row")))
            using (html.In("a", ("href", Link.Search(
                KqlPrinter.Term(Fields.LifetimeIdField.Name, lifetime.Id.ToString()) + " and "
                + KqlPrinter.Term(Fields.TelemetryStream.Name, stream.Id.ToString()), SearchState.All))))
            {
                html.LogText(stream.Name.Length > 0 ? stream.Name : stream.Id.ToString());
            }

            using (html.In("td"))
            {
                html.LogText(WorkloadOf(lifetime, stream));
            }

            html.Element("td", stream.Kind + (stream.Closed ? ", closed" : ""));
            html.Element("td", stream.Lane == Lane.Critical ? "critical" : "bulk");
            using (html.In("td"))
            {
                CompletenessBar.WriteVerdict(html, Completeness.Of(stream, lifetime));
            }

            using (html.In("td", ("class", "sharecell"), ("title", MissingRanges(stream))))
            {
                CompletenessBar.Write(html, Completeness.Of(stream, lifetime));
            }

            html.Element("td", stream.SourceSize == 0 ? "" : $"{Show.Bytes(stream.ReadOffset)} of {Show.Bytes(stream.SourceSize)}");
        });
    }

    private static string WorkloadOf(Lifetime lifetime, LifetimeStream stream) =>
        lifetime.Workloads.FirstOrDefault(workload => workload.Id == stream.WorkloadId) is not { } workload ? stream.WorkloadId
        : $"{(workload.Name.Length > 0 ? workload.Name : workload.Id)}{(workload.Pid > 0 ? $", process {workload.Pid}" : "")}";

    private static void WriteWorkloads(HtmlWriter html, Lifetime lifetime, long now)
    {
        Table(html, "Workloads", "No workload is known.", ["Workload", "Version", "Process", "Started", "Ended"], lifetime.Workloads, workload =>
        {
            using (html.In("th", ("scope", "row")))
            {
                html.LogText(workload.Name.Length > 0 ? workload.Name : workload.Id);
            }

            html.Element("td", workload.Version);
            html.Element("td", workload.Pid > 0 ? workload.Pid.ToString(CultureInfo.InvariantCulture) : "");
            using (html.In("td"))
            {
                if (workload.StartUnixUs > 0)
                {
                    Show.Ago(html, workload.StartUnixUs, now);
                }
            }

            using (html.In("td"))
            {
                WriteExit(html, workload, now);
            }
        });
    }

    private static void WriteExit(HtmlWriter html, LifetimeWorkload workload, long now)
    {
        if (workload.EndUnixUs is not { } end)
        {
            html.Element("span", "no end known", ("class", "dim"));
            return;
        }

        var isGood = workload is { Signal: null or 0, ExitCode: null or 0 };
        html.Element(
            "span", workload.Signal is > 0 ? $"signal {workload.Signal}" : $"exit {workload.ExitCode ?? 0}",
            ("class", isGood ? "state st-sealed" : "state st-silent"));
        html.Text(" ");
        Show.Ago(html, end, now);
    }

    private static void WriteLosses(HtmlWriter html, Lifetime lifetime, long now)
    {
        if (lifetime.Losses.Count == 0)
        {
            return;
        }

        Table(html, "Declared losses", "", ["Reason", "Stream", "Records", "Bytes", "When", "Detail"], lifetime.Losses, loss =>
        {
            html.Element("th", loss.Reason, ("scope", "row"));
            var name = lifetime.Streams.FirstOrDefault(stream => stream.Id == loss.Stream)?.Name ?? loss.Stream.ToString();
            using (html.In("td"))
            {
                html.LogText(name);
            }

            html.Element("td", loss.Count == 0 ? "unknown" : Show.Number(loss.Count));
            html.Element("td", loss.Bytes == 0 ? "unknown" : Show.Bytes(loss.Bytes));
            using (html.In("td"))
            {
                Show.Ago(html, loss.AtUnixUs, now);
            }

            using (html.In("td"))
            {
                html.LogText(loss.Detail);
            }
        });
    }

    private static void WriteIdentity(HtmlWriter html, Lifetime lifetime)
    {
        using (html.In("section"))
        {
            html.Element("h2", "Identity");
            using (html.In("dl", ("class", "facts wide")))
            {
                Fact(html, "instance", lifetime.InstanceId);
                Fact(html, "boot", lifetime.BootId);
                Fact(html, "lifetime", lifetime.Id.ToString());
                Fact(html, "host", lifetime.HostName);
                Fact(html, "operating system", lifetime.Os);
                Fact(html, "kernel", lifetime.Kernel);
                Fact(html, "time zone", lifetime.TimeZone);
                Fact(html, "tenant", lifetime.Tenant);
                Fact(html, "shipper", lifetime.AgentVersion.Length == 0 ? ""
                    : $"{lifetime.AgentVersion}, {Show.Plural(lifetime.AgentRuns, "run", "runs")}");
                Fact(html, "identity conflicts", lifetime.IdentityConflicts == 0 ? "" : Show.Number(lifetime.IdentityConflicts));
            }
        }
    }

    private static void Table<T>(
        HtmlWriter html, string title, string empty, ReadOnlySpan<string> heads, IReadOnlyList<T> rows, Action<T> write)
    {
        using (html.In("section", ("id", title.ToLowerInvariant().Replace(' ', '-'))))
        {
            html.Element("h2", title);
            if (rows.Count == 0)
            {
                html.Element("p", empty, ("class", "dim"));
                return;
            }

            using (html.In("div", ("class", "scroll")))
            using (html.In("table", ("class", "list")))
            {
                using (html.In("thead"))
                using (html.In("tr"))
                {
                    foreach (var head in heads)
                    {
                        html.Element("th", head, ("scope", "col"));
                    }
                }

                using (html.In("tbody"))
                {
                    foreach (var row in rows)
                    {
                        using (html.In("tr"))
                        {
                            write(row);
                        }
                    }
                }
            }
        }
    }

    private static string? MissingRanges(LifetimeStream stream) => stream.MissingRanges.Count == 0
        ? null
        : "missing: " + string.Join(", ", stream.MissingRanges.Take(10).Select(range =>
            range.Count == 1 ? $"{range.First}" : $"{range.First}–{range.End - 1}"))
            + (stream.MissingRanges.Count > 10 ? " …" : "");

    private static void Fact(HtmlWriter html, string name, long unixUs, long now)
    {
        using (html.In("div"))
        {
            html.Element("dt", name);
            using (html.In("dd"))
            {
                Show.Ago(html, unixUs, now);
                html.Text(" ");
                html.Element("span", Show.Moment(unixUs) + " UTC", ("class", "dim"));
            }
        }
    }

    private static void Fact(HtmlWriter html, string name, string value)
    {
        if (value.Length > 0)
        {
            using (html.In("div"))
            {
                html.Element("dt", name);
                using (html.In("dd"))
                {
                    html.LogText(value);
                }
            }
        }
    }
}
