using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Telemetry.Console.Metrics;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Console.Api;

/// <summary>
/// <c>GET /api/v1/tail?q=&amp;last=0&amp;since=</c>: server-sent events (HTML Standard §9.2), one <c>data</c> line of JSON per document:
/// the <c>last</c> that match, oldest first, then what arrives, in order of arrival, without a gap or a repetition in between.
/// The last event of each round carries the cursor as its id; a client that comes back with <c>Last-Event-ID</c> (or
/// <c>cursor=</c>) misses nothing. A comment every 15 s keeps proxies and dead peers honest. A slow client is waited for and
/// holds one round of documents at most, and those found before it. Ends when the client leaves or the service stops.
/// </summary>
internal sealed class TailEndpoint(ConsoleServices services) : IApiEndpoint
{
    private const int RoundDocuments = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);
    private int _tails;

    public async Task AnswerAsync(HttpContext context)
    {
        var parameters = new RequestParameters(context.Request, services.Time);
        var request = new TailRequest(
            await parameters.QueryAsync(services.Documents), parameters.Since, parameters.Number("last", 0, 0, RequestParameters.MaxLimit),
            context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } id ? id : parameters.Text("cursor"));
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
            var tail = new TailWriter(context.Response, services.Time);
            await tail.ConnectAsync(stop.Token);
            await FollowAsync(tail, request, stop.Token);
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

    private async Task FollowAsync(TailWriter tail, TailRequest request, CancellationToken cancel)
    {
        var cursor = request.Resume;
        HashSet<DocumentId> sent = [];
        if (cursor is null)
        {
            // The end is marked before the search: what arrives between the two is in both, and is left out of the second.
            cursor = (await services.Documents.ArrivedAsync(request.Query, null, RoundDocuments, cancel)).Cursor;
            sent = await SendFoundAsync(tail, request, cancel);
            await tail.WriteAsync([], cursor, cancel);
        }

        while (true)
        {
            var round = await services.Documents.ArrivedAsync(request.Query, cursor, RoundDocuments, cancel);
            cursor = round.Cursor;
            if (round.Documents.Count > 0)
            {
                await tail.WriteAsync([.. round.Documents.Where(document => !sent.Contains(document.Id))], cursor, cancel);
            }

            if (round.Documents.Count < RoundDocuments)
            {
                sent.Clear();
                await tail.KeepAliveAsync(cancel);
                await Task.Delay(Pause, services.Time, cancel);
            }
        }
    }

    private async Task<HashSet<DocumentId>> SendFoundAsync(TailWriter tail, TailRequest request, CancellationToken cancel)
    {
        if (request.Last == 0)
        {
            return [];
        }

        var found = await services.Documents.SearchAsync(
            new SearchRequest(request.Query, request.SinceUnixUs, Limit: request.Last), cancel);
        foreach (var round in found.Hits.Reverse().Chunk(RoundDocuments))
        {
            await tail.WriteAsync(round, null, cancel);
        }

        return [.. found.Hits.Select(document => document.Id)];
    }

    private static CancellationTokenSource LinkToShutdown(HttpContext context) => CancellationTokenSource.CreateLinkedTokenSource(
        context.RequestAborted,
        context.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None);
}
