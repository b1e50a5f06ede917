using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Telemetry.Grpc.Server;

/// <summary>Runs one handler: bounds lifted for streams, deadline, status, drain.</summary>
internal sealed class CallRunner(HttpContext context, GrpcMethod method, GrpcServerOptions options, ILogger logger)
{
    private const long MaxDrainBytes = 1 << 20;

    private readonly TaskCompletionSource _deadlinePassed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task RunAsync()
    {
        LiftBounds();
        if (MessageEncoding.Check(context.Request.Headers[HeaderNames.GrpcEncoding]) is { IsOk: false } unsupported)
        {
            await GrpcAnswer.WriteStatusAsync(context, unsupported);
            return;
        }

        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var timeout = FindTimeout();
        var call = new GrpcServerCall(context, options.MaxReceiveBytes,
            timeout is { } t ? options.Time.GetUtcNow() + t : null, cancelled.Token);
        await using var timer = timeout is { } due
            ? options.Time.CreateTimer(_ => _deadlinePassed.TrySetResult(), null, due, Timeout.InfiniteTimeSpan)
            : null;
        await RunAsync(call, cancelled);
    }

    /// <summary>A stream may be quiet for hours and carry gigabytes (grpc-dotnet#401); a unary call has its deadline instead.</summary>
    private void LiftBounds()
    {
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }
    }

    private TimeSpan? FindTimeout()
    {
        // "If a server receives an invalid timeout": nothing is specified; like its peers it is taken for none.
        TimeSpan? timeout = context.Request.Headers[HeaderNames.GrpcTimeout] is { Count: 1 } values
            && TimeoutHeader.TryDecode(values[0], out var asked) ? asked : null;
        if (method.IsUnary && (timeout is null || timeout > options.MaxUnaryTime))
        {
            timeout = options.MaxUnaryTime;
        }

        // Longer than a timer can run is never.
        return timeout > TimeSpan.FromDays(40) ? null : timeout;
    }

    private async Task RunAsync(GrpcServerCall call, CancellationTokenSource cancelled)
    {
        var handling = HandleAsync(call);
        if (await Task.WhenAny(handling, _deadlinePassed.Task) == handling || handling.IsCompleted)
        {
            await EndAsync(call, await handling);
            return;
        }

        await cancelled.CancelAsync();
        try
        {
            await handling.WaitAsync(options.DeadlineGrace, options.Time);
            await EndAsync(call, GrpcStatus.DeadlineExceeded);
        }
        catch (TimeoutException)
        {
            // The client is answered; the request stays with the handler until it returns.
            await EndAsync(call, GrpcStatus.DeadlineExceeded, drain: false);
            call.Abort();
            await handling;
        }
    }

    private async Task<GrpcStatus> HandleAsync(GrpcServerCall call)
    {
        try
        {
            return await method.Handler(call);
        }
        catch (GrpcException e)
        {
            return e.Status;
        }
        catch (OperationCanceledException)
        {
            return _deadlinePassed.Task.IsCompleted ? GrpcStatus.DeadlineExceeded : GrpcStatus.Cancelled;
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            // What a handler's own read or write says of a client that vanished.
            return GrpcStatus.Cancelled;
        }
        catch (Exception e)
        {
            Log.HandlerFailed(logger, call.Method, e);
            return GrpcStatus.HandlerFailed;
        }
    }

    private async Task EndAsync(GrpcServerCall call, GrpcStatus status, bool drain = true)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await GrpcAnswer.WriteStatusAsync(context, status, call.Trailers);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            Log.StatusNotSent(logger, call.Method, status.Code, e.Message);
            return;
        }

        if (drain && !call.InputEnded)
        {
            await DrainAsync(call);
        }
    }

    /// <summary>
    /// Kestrel resets a stream whose request is not read to its end when the handler returns, and a client may then see the
    /// reset before the status (dotnet/corefx#39586); many such resets earn ENHANCE_YOUR_CALM (grpc-dotnet#2010).
    /// </summary>
    private async Task DrainAsync(GrpcServerCall call)
    {
        using var enough = new CancellationTokenSource(options.DrainTime, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, context.RequestAborted);
        await call.DrainAsync(MaxDrainBytes, either.Token);
    }
}
