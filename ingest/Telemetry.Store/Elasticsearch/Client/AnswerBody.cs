namespace Telemetry.Store.Elasticsearch;

/// <summary>Reads an answer whole, up to a limit.</summary>
internal static class AnswerBody
{
    private const int FirstBytes = 16 << 10;

    /// <exception cref="IOException">It is longer than allowed, or was cut off.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpContent content, int maxBytes, AnswerBuffer? reused, CancellationToken cancel)
    {
        var announced = content.Headers.ContentLength;
        if (announced > maxBytes)
        {
            throw TooLong(maxBytes);
        }

        // One byte more than announced, so that the end is seen without growing.
        var wanted = (int)Math.Min(announced + 1 ?? FirstBytes, maxBytes + 1L);
        var buffer = reused?.Bytes.Length >= wanted ? reused.Bytes : new byte[wanted];
        var length = 0;
        await using var stream = await content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        while (await stream.ReadAsync(buffer.AsMemory(length), cancel).ConfigureAwait(false) is var read and > 0)
        {
            length += read;
            if (length > maxBytes)
            {
                throw TooLong(maxBytes);
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, maxBytes + 1L));
            }
        }

        if (reused is not null)
        {
            reused.Bytes = buffer;
        }

        return buffer.AsMemory(0, length);
    }

    private static ElasticUnavailableException TooLong(int maxBytes) =>
        new($"Elasticsearch's answer is longer than {maxBytes} bytes.", mayBeApplied: true);
}
