using Telemetry.Autopsy;
using Telemetry.Console.Html;
using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Console.Pages;

/// <summary>Crashes with what each process said at last.</summary>
internal static class CrashList
{
    /// <summary>Crash documents that are asked for evidence; older crashes link to theirs.</summary>
    private const int MaxDocuments = 200;

    private const int MaxTextChars = 64 * 1024;

    /// <summary>The documents of crashes by <c>crash.id</c>, newest first.</summary>
    public static async Task<CrashEvidence> EvidenceAsync(
        IDocumentReader documents, KqlNode? within, CancellationToken cancel)
    {
        KqlNode isCrash = new FieldExists(Fields.CrashId.Name);
        var query = within is null ? isCrash : new AllOf([within, isCrash]);
        var found = await documents.SearchAsync(new SearchRequest(query, Limit: MaxDocuments), cancel);
        var byId = new Dictionary<string, StoredDocument>(StringComparer.Ordinal);
        foreach (var document in found.Hits)
        {
            if (document.Text(Fields.CrashId) is { } id)
            {
                byId.TryAdd(id, document);
            }
        }

        return new CrashEvidence(byId, found.Incomplete);
    }

    public static void Write(
        HtmlWriter html, IReadOnlyList<LifetimeCrash> crashes, CrashEvidence evidence, long nowUnixUs,
        bool isOpen)
    {
        Notice.WriteIncomplete(html, evidence.Incomplete);
        using (html.In("div", ("class", "crashlist")))
        {
            foreach (var crash in crashes)
            {
                WriteCrash(html, crash, evidence.ById.GetValueOrDefault(crash.Id), nowUnixUs, isOpen);
            }
        }
    }

    private static void WriteCrash(HtmlWriter html, LifetimeCrash crash, StoredDocument? document, long nowUnixUs, bool isOpen)
    {
        using (html.In("details", ("class", "crashitem"), ("open", isOpen ? "" : null)))
        {
            using (html.In("summary"))
            {
                html.Element("span", How(crash), ("class", "state st-silent"));
                using (html.In("span", ("class", "title")))
                {
                    html.LogText(crash.Title);
                }

                using (html.In("span", ("class", "dim")))
                {
                    html.Text(LifetimeStates.Instance(crash.InstanceId, crash.HostName) + " · ");
                    Show.Ago(html, crash.AtUnixUs, nowUnixUs);
                }
            }

            using (html.In("div", ("class", "body")))
            {
                WriteFacts(html, crash);
                WriteText(html, "Exception", document?.Text(Fields.ErrorStackTrace) ?? "");
                WriteText(html, "Last of standard error", document?.Text(Fields.CrashStderr) ?? "");
                WriteLinks(html, crash);
            }
        }
    }

    private static string How(LifetimeCrash crash) =>
        crash.ErrorType.Length > 0 ? "exception"
        : crash.Signal.Length > 0 ? crash.Signal
        : crash.ExitCode is { } code ? $"exit {code}"
        : crash.Kind.Length > 0 ? crash.Kind
        : "crash";

    private static void WriteFacts(HtmlWriter html, LifetimeCrash crash)
    {
        using (html.In("dl", ("class", "facts")))
        {
            using (html.In("div"))
            {
                html.Element("dt", "when");
                using (html.In("dd"))
                {
                    Show.Time(html, crash.AtUnixUs, Show.Moment(crash.AtUnixUs) + " UTC");
                }
            }

            Fact(html, "ran for", Show.Duration(crash.RunTimeMs * 1000.0));
            WriteWorkload(html, crash);
            Fact(html, "executable", crash.Executable);
            Fact(html, "exit code", crash.ExitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "");
            Fact(html, "signal", crash.Signal);
            Fact(html, "kind", crash.Kind);
        }
    }

    private static void WriteWorkload(HtmlWriter html, LifetimeCrash crash)
    {
        if (crash.WorkloadId.Length == 0)
        {
            return;
        }

        using (html.In("div"))
        {
            html.Element("dt", "workload");
            using (html.In("dd"))
            using (html.In("a", ("href", Link.Lifetime(crash.Lifetime.ToString()) + "#workloads"), ("title", crash.WorkloadId)))
            {
                html.LogText(crash.WorkloadName.Length > 0 ? crash.WorkloadName : crash.WorkloadId);
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

    private static void WriteText(HtmlWriter html, string name, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        html.Element("h4", name);
        using (html.In("pre", ("class", "text"), ("dir", "auto")))
        {
            // The end of what a process said is what matters.
            html.LogText(text.AsSpan(Math.Max(0, text.Length - MaxTextChars)).TrimEnd('\n'));
        }
    }

    private static void WriteLinks(HtmlWriter html, LifetimeCrash crash)
    {
        using (html.In("p", ("class", "actions")))
        {
            html.Element("a", "Lifetime", ("class", "button"), ("href", Link.Lifetime(crash.Lifetime.ToString())));
            if (crash.DocumentId.Length > 0)
            {
                html.Element("a", "Document", ("class", "button"), ("href", Link.Context(crash.DocumentId) + "#current"));
            }

            html.Element("a", "The minute before", ("class", "button"), ("href", Link.Search(
                KqlPrinter.Term(Fields.LifetimeIdField.Name, crash.Lifetime.ToString()),
                Rfc3339.Format(crash.AtUnixUs - 60_000_000), Rfc3339.Format(crash.AtUnixUs + 2_000_000))));
            if (crash.ErrorType.Length > 0)
            {
                html.Element("a", "Others of this type", ("class", "button"), ("href", Link.Search(
                    KqlPrinter.Term(Fields.ErrorType.Name, crash.ErrorType), SearchState.All)));
            }
        }
    }
}
