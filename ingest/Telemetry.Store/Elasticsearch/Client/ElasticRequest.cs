namespace Telemetry.Store.Elasticsearch;

/// <summary>One call.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="PathAndQuery">From the slash on, escaped: <c>/_bulk?filter_path=errors</c>.</param>
public sealed record ElasticRequest(HttpMethod Method, string PathAndQuery)
{
    /// <summary>Media type of a bulk body.</summary>
    public const string NdJson = "application/x-ndjson";

    /// <summary>The body; empty is none. Not copied: it stays as it is until the call has ended.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Media type of the body.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>True when the body is gzip already; else the client compresses it where that is wanted and worth it.</summary>
    public bool IsGzipped { get; init; }

    /// <summary>Longest time the call may take, its retries on other hosts included.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where the answer is read; it is then valid until the next call with the same buffer. Null allocates.</summary>
    internal AnswerBuffer? AnswerBuffer { get; init; }
}
