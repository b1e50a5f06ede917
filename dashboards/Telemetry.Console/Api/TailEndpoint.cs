using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Telemetry.Console.Metrics;
using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Console.Api;

/// <summary>
/// <c>GET /api/v1/tail?q=</c>: server-sent events (HTML Standard §9.2), one <c>data</c> line of JSON per document in order of arrival.
/// The last event of each round carries the cursor as its id; a client that comes back with <c>Last-Event-ID</c> (or
/// <c>cursor=</c>) misses nothing. A comment every 15 s keeps proxies and dead peers honest. A slow client is waited for and
/// holds one round of documents at most. Ends when the client leaves or the service stops.
/// </summary>
internal sealed class TailEndpoint(ConsoleServices services) : IApiEndpoint
{
    private const int RoundDocuments = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private int _tails;

    public async Task AnswerAsync(HttpContext context)
    {
        var parameters = new RequestParameters(context.Request, services.Time);
        var query = parameters.Query;
        var resume = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } id ? id : parameters.Text("cursor");
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        if (Interlocked.Increment(ref _tails) > services.MaxTails)
        {
            Interlocked.Decrement(ref _tails);
            throw new BadRequestException(
                new BadRequest("Too many tails are open; close one and try again.", null), StatusCodes.Status503ServiceUnavailable);
        }

        ConsoleMeter.Tails.Add(1);
        try
        {
            using var stop = LinkToShutdown(context);
            await FollowAsync(context.Response, query, resume, stop.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The service stops; the client comes back with its cursor.
        }
        finally
        {
            Interlocked.Decrement(ref _tails);
            ConsoleMeter.Tails.Add(-1);
        }
    }

    private async Task FollowAsync(HttpResponse response, KqlNode query, string? cursor, CancellationToken cancel)
    {
        var lastWrite = services.Time.GetTimestamp();
        var first = true;
        while (true)
        {
            var round = await services.Documents.ArrivedAsync(query, cursor, RoundDocuments, cancel);
            if (first || round.Documents.Count > 0)
            {
                Write(response, round, first);
                await response.BodyWriter.FlushAsync(cancel);
                lastWrite = services.Time.GetTimestamp();
                first = false;
            }
            else if (services.Time.GetElapsedTime(lastWrite) >= Heartbeat)
            {
                response.BodyWriter.Write(": heartbeat\n\n"u8);
                await response.BodyWriter.FlushAsync(cancel);
                lastWrite = services.Time.GetTimestamp();
            }

            cursor = round.Cursor;
            if (round.Documents.Count < RoundDocuments)
            {
                await Task.Delay(Pause, services.Time, cancel);
            }
        }
    }

    private static void Write(HttpResponse response, Arrivals round, bool first)
    {
        var output = response.BodyWriter;
        if (first)
        {
            output.Write(": connected\n\n"u8);
        }

        using var json = new Utf8JsonWriter(output, JsonAnswer.Options);
        for (var i = 0; i < round.Documents.Count; i++)
        {
            if (i == round.Documents.Count - 1)
            {
                WriteId(output, round.Cursor);
            }

            // JSON has no raw line feed, so that one data line is enough.
            output.Write("data: "u8);
            json.Reset();
            round.Documents[i].WriteTo(json);
            json.Flush();
            output.Write("\n\n"u8);
        }

        if (round.Documents.Count == 0)
        {
            // An id without data raises no event, and is kept by the client for its return.
            WriteId(output, round.Cursor);
            output.Write("\n"u8);
        }
    }

    private static void WriteId(IBufferWriter<byte> output, string cursor)
    {
        output.Write("id: "u8);
        output.Write(System.Text.Encoding.UTF8.GetBytes(cursor));
        output.Write("\n"u8);
    }

    private static CancellationTokenSource LinkToShutdown(HttpContext context) => CancellationTokenSource.CreateLinkedTokenSource(
        context.RequestAborted,
        context.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None);
}
