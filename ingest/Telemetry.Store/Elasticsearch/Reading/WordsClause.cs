using System.Text.Json.Nodes;
using Telemetry.Query;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>
/// A test of words as a clause on the field that holds a text's words, or, of a document that has none, on the text, which is cut
/// alike then.
/// </summary>
internal static class WordsClause
{
    public static JsonObject Create(FieldName text, WordsTest test)
    {
        var words = ElasticWords.Prefix + text.Name;
        return Dsl.Or([In(words), Dsl.And([In(text.Name), Dsl.Not(Dsl.Exists(words))])]);

        JsonObject In(string field) => Dsl.Or(test.AnyOf.Select(sequence => Sequence(field, sequence.Words)));
    }

    private static JsonObject Sequence(string field, IReadOnlyList<WordPattern> words) =>
        words.Count == 1 ? Word(field, words[0])
        : words.All(word => word.IsExact) ? Dsl.Leaf("match_phrase", field, string.Join(' ', words.Select(word => ElasticWords.Term(word.Pieces[0]))))
        : Near(field, words);

    private static JsonObject Word(string field, WordPattern word) =>
        word.IsExact ? Dsl.Term(field, ElasticWords.Term(word.Pieces[0]))
        : word.IsPrefix ? Dsl.Prefix(field, ElasticWords.Beginning(word.Pieces[0]))
        : Dsl.Wildcard(field, word.Pieces);

    // Patterns within a phrase: the places of the words, one behind the other. The first and the last word are never any word.
    private static JsonObject Near(string field, IReadOnlyList<WordPattern> words)
    {
        var clauses = new JsonArray();
        var anyWords = 0;
        foreach (var word in words)
        {
            if (word.Pieces.All(piece => piece.Length == 0))
            {
                anyWords++;
                continue;
            }

            if (anyWords > 0)
            {
                clauses.Add(Dsl.Leaf("span_gap", field, anyWords));
                anyWords = 0;
            }

            clauses.Add(word.IsExact
                ? Dsl.Leaf("span_term", field, ElasticWords.Term(word.Pieces[0]))
                : new JsonObject { ["span_multi"] = new JsonObject { ["match"] = Word(field, word) } });
        }

        return new JsonObject { ["span_near"] = new JsonObject { ["clauses"] = clauses, ["slop"] = 0, ["in_order"] = true } };
    }
}
