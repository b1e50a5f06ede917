using System.IO.Compression;

namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>Makes the body of a bulk request, compressed where that is wanted; one buffer for it and one for
/// the answer, used again. Not thread-safe.</summary>
internal sealed class RequestBody(bool isGzipped)
{
    private readonly MemoryStream _compressed = new();
    private readonly AnswerBuffer _answer = new();

    /// <summary>The request; its body is valid until the next one.</summary>
    public ElasticRequest Of(ReadOnlyMemory<byte> lines, string path, TimeSpan deadline)
    {
        var request = new ElasticRequest(HttpMethod.Post, path) 
        {
            Body = lines,
            ContentType = ElasticRequest.NdJson,
            Deadline = deadline,
            AnswerBuffer = _answer,
        };
        if (!isGzipped || lines.Length < GzipBody.WorthwhileBytes)
        {
            return request;
        }

        _compressed.SetLength(0);
#pragma warning disable RS0030 // Only inflation has to be bounded.
        using (var gzip = new GZipStream(_compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(lines.Span);
        }
#pragma warning restore RS0030

        return request with { Body = _compressed.GetBuffer().AsMemory(0, (int)_compressed.Length), IsGzipped = true };
    }
}
