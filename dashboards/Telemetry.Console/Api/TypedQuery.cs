using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Console.Api;

/// <summary>A query by the types of the store's fields, or what is wrong with it.</summary>
/// <param name="Query">The tree; null when something is wrong.</param>
/// <param name="Error">What is wrong; null when nothing is.</param>
internal readonly record struct TypedQuery(KqlNode? Query, KqlSyntaxError? Error)
{
    /// <summary>Parses. The store is asked only once all else is right, so that a slip is told of while the store is away as well.</summary>
    public static async ValueTask<TypedQuery> ParseAsync(string text, IDocumentReader documents, CancellationToken cancel)
    {
        var plain = Parse(text, FieldTyping.Instance);
        return plain.Query is null ? plain
            : await documents.FieldsAsync(cancel) is { Promoted.Count: > 0 } types ? Parse(text, types)
            : plain;
    }

    private static TypedQuery Parse(string text, FieldTyping types) =>
        KqlParser.TryParse(text, out var query, out var error, types) ? new(query, null) : new(null, error);
}
