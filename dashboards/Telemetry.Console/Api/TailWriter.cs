using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Telemetry.Store;

namespace Telemetry.Console.Api;

/// <summary>Writes one tail's events. One owner.</summary>
internal sealed class TailWriter(HttpResponse response, TimeProvider time)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private long _lastWrite = time.GetTimestamp();

    /// <summary>Lets the client know that it is heard.</summary>
    public Task ConnectAsync(CancellationToken cancel) => CommentAsync(": connected\n\n", cancel);

    /// <summary>Writes documents, the last one with the cursor; a cursor without documents is written alone.</summary>
    public Task WriteAsync(IReadOnlyList<StoredDocument> documents, string? cursor, CancellationToken cancel)
    {
        WriteEvents(documents, cursor);
        return FlushAsync(cancel);
    }

    /// <summary>Says something when nothing was said for long.</summary>
    public Task KeepAliveAsync(CancellationToken cancel) => time.GetElapsedTime(_lastWrite) >= Heartbeat
        ? CommentAsync(": heartbeat\n\n", cancel)
        : Task.CompletedTask;

    private Task CommentAsync(string comment, CancellationToken cancel)
    {
        Write(comment);
        return FlushAsync(cancel);
    }

    private void WriteEvents(IReadOnlyList<StoredDocument> documents, string? cursor)
    {
        using var json = new Utf8JsonWriter(response.BodyWriter, JsonAnswer.Options);
        for (var i = 0; i < documents.Count; i++)
        {
            if (i == documents.Count - 1)
            {
                WriteId(cursor);
            }

            // JSON has no raw line feed, so that one data line is enough.
            Write("data: ");
            json.Reset();
            documents[i].WriteTo(json);
            json.Flush();
            Write("\n\n");
        }

        if (documents.Count == 0)
        {
            // An id without data raises no event, and is kept by the client for its return.
            WriteId(cursor);
            Write("\n");
        }
    }

    private void WriteId(string? cursor)
    {
        if (cursor is not null)
        {
            Write($"id: {cursor}\n");
        }
    }

    private void Write(string text) => response.BodyWriter.Write(Encoding.UTF8.GetBytes(text));

    private async Task FlushAsync(CancellationToken cancel)
    {
        await response.BodyWriter.FlushAsync(cancel);
        _lastWrite = time.GetTimestamp();
    }
}
