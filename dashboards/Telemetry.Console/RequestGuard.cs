using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Telemetry.Console.Api;
using Telemetry.Console.Metrics;
using Telemetry.Console.Pages;
using Telemetry.Store;

namespace Telemetry.Console;

/// <summary>
/// Surrounds each endpoint: security headers, what a wrong parameter and an unexpected fault are answered with, counters.
/// The one place where a request's exception ends.
/// </summary>
internal sealed partial class RequestGuard(TimeProvider time, ILogger logger)
{
    private readonly RepeatLimit _faults = new(time, TimeSpan.FromSeconds(10));

    public RequestDelegate Api(string route, IApiEndpoint endpoint) => context => Run(
        context, route, endpoint.AnswerAsync,
        (status, problem) => ApiProblem.WriteAsync(context.Response, status, problem));

    public RequestDelegate Page(string route, IPage page) => context => Run(
        context, route, http => PageRenderer.AnswerAsync(http, page, time),
        (status, problem) => PageRenderer.AnswerAsync(context, new ProblemPage(status, problem), time));

    private async Task Run(
        HttpContext context, string route, Func<HttpContext, Task> answer, Func<int, BadRequest, Task> refuse)
    {
        SecurityHeaders.Add(context.Response.Headers);
        var started = time.GetTimestamp();
        try
        {
            await answer(context);
        }
        catch (BadRequestException e) when (!context.Response.HasStarted)
        {
            await refuse(e.Status, e.Problem);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left; there is nobody to answer.
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The same, seen by a write.
        }
        catch (StoreUnavailableException e)
        {
            await FailAsync(context, route, e, refuse, StatusCodes.Status503ServiceUnavailable, $"The store does not answer: {e.Message}");
        }
        catch (Exception e)
        {
            await FailAsync(
                context, route, e, refuse, StatusCodes.Status500InternalServerError, "The request failed here; the console's log says why.");
        }
        finally
        {
            ConsoleMeter.Answered(route, context.Response.StatusCode, time.GetElapsedTime(started));
        }
    }

    private async Task FailAsync(
        HttpContext context, string route, Exception e, Func<int, BadRequest, Task> refuse, int status, string problem)
    {
        if (_faults.TryPass(out var repeats))
        {
            if (e is StoreUnavailableException)
            {
                LogStoreAway(route, repeats, e.Message);
            }
            else
            {
                LogFault(route, repeats, e);
            }
        }

        if (context.Response.HasStarted)
        {
            // A truncated answer must not look like a whole one.
            context.Abort();
            return;
        }

        context.Response.Clear();
        SecurityHeaders.Add(context.Response.Headers);
        await refuse(status, new BadRequest(problem, null));
    }

    [LoggerMessage(5001, LogLevel.Error, "A request to {Route} failed ({Repeats} more since the last report)")]
    private partial void LogFault(string route, long repeats, Exception exception);

    [LoggerMessage(5002, LogLevel.Warning, "The store did not answer a request to {Route} ({Repeats} more since the last report): {Reason}")]
    private partial void LogStoreAway(string route, long repeats, string reason);
}
