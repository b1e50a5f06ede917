using Telemetry.Autopsy;
using Telemetry.Console.Html;

namespace Telemetry.Console.Pages;

/// <summary>What can be said of the records of a lifetime. Only a sealed one can be complete.</summary>
internal static class CompletenessVerdict
{
    /// <summary>The verdict, what it rests on, and the bar.</summary>
    public static void Write(HtmlWriter html, Lifetime lifetime)
    {
        var records = Completeness.Of(lifetime);
        using (html.In("div", ("class", "completeness")))
        {
            using (html.In("p"))
            {
                html.Element("strong", Title(lifetime, records));
                html.Text(" ");
                WriteDetail(html, lifetime, records);
            }

            CompletenessBar.Write(html, records);
        }
    }

    /// <summary>"What was written after 2026-11-22 11:05:58 UTC may be missing."; "" when the lifetime goes on or is sealed.</summary>
    public static string TailSentence(Lifetime lifetime) => lifetime switch
    {
        { State: LifetimeState.Alive } or { MissingTail: null } => "",
        { MissingTail: { UntilUnixUs: { } until } tail } =>
            $"What was written after {Show.Moment(tail.AfterUnixUs)} UTC and before {Show.Moment(until)} UTC may be missing.",
        _ => $"What was written after {Show.Moment(lifetime.MissingTail.AfterUnixUs)} UTC may be missing.",
    };

    private static string Title(Lifetime lifetime, Completeness records) => lifetime.State switch
    {
        _ when !records.IsWhole => "Not complete",
        LifetimeState.Sealed => records.Produced == 0 ? "No records" : "Complete",
        _ when records.Produced == 0 => "No records yet",
        LifetimeState.Alive => "Stored so far",
        _ => $"All {Show.Number(records.Stored)} known records are stored",
    };

    private static void WriteDetail(HtmlWriter html, Lifetime lifetime, Completeness records)
    {
        if (!records.IsWhole)
        {
            html.Element("span", CompletenessBar.Text(records), ("class", "verdict missing"));
            html.Text(" ");
        }
        else if (records.IsFinal)
        {
            html.Element("span", $"all {Show.Plural((long)records.Stored, "record is", "records are")} stored", ("class", "dim"));
        }
        else if (lifetime.State == LifetimeState.Alive)
        {
            html.Element("span", Show.Plural((long)records.Stored, "record", "records"), ("class", "dim"));
        }

        html.Element("span", TailSentence(lifetime), ("class", "tail"));
    }
}
