using System.Buffers;
using System.IO.Compression;

namespace Telemetry.Store.Elasticsearch;

/// <summary>Compresses request bodies.</summary>
internal static class GzipBody
{
    /// <summary>Below it compression costs more than it saves.</summary>
    public const int WorthwhileBytes = 1024;

    /// <summary>The body as gzip.</summary>
    public static ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> body)
    {
        var compressed = new MemoryStream(body.Length / 4);
#pragma warning disable RS0030 // Only inflation has to be bounded.
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body.Span);
        }
#pragma warning restore RS0030

        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }
}
