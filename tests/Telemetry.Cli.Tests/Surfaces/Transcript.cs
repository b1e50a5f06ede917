using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Telemetry.Cli.Tests.Surfaces;

/// <summary>Questions to the surfaces of a store, and what they answer. Cursors are each store's own, and are left out.</summary>
internal sealed partial class Transcript(FilledStore store)
{
    private static readonly JsonSerializerOptions Pretty =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    /// <summary>A command, asked in each way in which this store can be.</summary>
    public async Task RunAsync(params string[] args)
    {
        var answers = new List<CliResult>();
        foreach (var source in store.Sources)
        {
            var answer = await new Cli().RunAsync([.. args, .. source]);
            answers.Add(answer with { Out = Told(answer.Out), Error = Told(answer.Error) });
        }

        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        var (exitCode, output, error) = answers[0];
        _text.Append($"$ telemetry {string.Join(' ', args.Select(arg => arg.Contains(' ') || arg.Length == 0 ? $"'{arg}'" : arg))}\n{output}");
        _text.Append(error.Length > 0 ? $"[standard error]\n{error}" : "").Append($"[exit {exitCode}]\n\n");
    }

    /// <summary>An answer of the API; returns the cursor in it.</summary>
    public async Task<string?> GetAsync(string path)
    {
        using var answer = await store.Http.GetAsync(new Uri(path, UriKind.Relative));
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        _text.Append($"GET {Told(path)}\n{(int)answer.StatusCode}\n{Told(JsonSerializer.Serialize(json, Pretty))}\n\n");
        return json.RootElement.TryGetProperty("next", out var next) ? next.GetString() : null;
    }

    /// <summary>How many documents match a query, and which ten are the newest.</summary>
    public async Task FindAsync(string query)
    {
        using var answer = await store.Http.GetAsync(new Uri($"/api/v1/search?limit=10&q={Uri.EscapeDataString(query)}", UriKind.Relative));
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        _text.Append($"{query}\n  ");
        _text.Append(answer.IsSuccessStatusCode
            ? $"{json.RootElement.GetProperty("total")}: {string.Join(' ', json.RootElement.GetProperty("hits").EnumerateArray().Select(Short))}\n"
            : Told($"{json.RootElement}\n"));
    }

    /// <summary>A page as it is read.</summary>
    public async Task ReadAsync(string path)
    {
        using var answer = await store.Http.GetAsync(new Uri(path, UriKind.Relative));
        _text.Append($"GET {path}\n{(int)answer.StatusCode}\n{Told(PageText.Of(await answer.Content.ReadAsStringAsync()))}\n\n");
    }

    private static string Short(JsonElement hit)
    {
        var lifetime = hit.GetProperty("lifetime").GetProperty("id").GetString()!;
        var stream = hit.GetProperty("telemetry").GetProperty("stream").GetProperty("id").GetString()!;
        return $"{lifetime[..4]}/{stream[..4]}/{hit.GetProperty("event").GetProperty("sequence")}";
    }

    // What cannot be read has the store's own name and reason.
    private static string Told(string text) => Reason().Replace(Unread().Replace(Cursor().Replace(text, "$1…"), "WHAT CANNOT BE READ"), "$1WHY");

    [GeneratedRegex("(\"next\": \"|cursor=)[^\"&\n]+")]
    private static partial Regex Cursor();

    [GeneratedRegex("(?:docs-\\d+\\.db|logs-telemetry\\.[\\w-]+\\[0\\]): [^\";\n]*?(?=\\.?(?:[\";\n]|$))")]
    private static partial Regex Unread();

    [GeneratedRegex("(The store does not answer: )[^\"\n]+")]
    private static partial Regex Reason();
}
