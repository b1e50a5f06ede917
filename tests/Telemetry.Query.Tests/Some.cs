using System.Text;

namespace Telemetry.Query.Tests;

internal static class Some
{
    /// <summary>2026-11-22T12:00:00Z.</summary>
    public const long Now = 1_795_348_800_000_000;

    public static KqlNode Query(string text)
    {
        Assert.True(KqlParser.TryParse(text, out var node, out var error), error?.Message);
        return node!;
    }

    public static KqlSyntaxError Error(string text)
    {
        Assert.False(KqlParser.TryParse(text, out _, out var error));
        return error!;
    }

    public static KqlValue Word(string text) => new(text, false, null);

    public static KqlValue Phrase(string text) => new(text, true, null);

    public static KqlValue Pattern(params string[] pieces) => new(string.Join('*', pieces), false, pieces);

    public static FieldMatches Match(string? field, string word) => new(field, Word(word));

    public static FakeDocument Document(params (string Field, object Value)[] fields) => new(fields);

    public static List<string> Words(string text) => Words(Encoding.UTF8.GetBytes(text));

    public static List<string> Words(byte[] utf8)
    {
        List<string> words = [];
        foreach (var word in TextAnalyzer.Words(utf8))
        {
            words.Add(Convert.ToHexString(word));
        }

        return words;
    }
}
