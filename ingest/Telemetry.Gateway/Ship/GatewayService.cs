using System.Buffers;
using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Gateway.Authentication;
using Telemetry.Gateway.Levels;
using Telemetry.Grpc;
using Telemetry.Grpc.Server;
using Telemetry.Wire;

namespace Telemetry.Gateway.Ship;

/// <summary>
/// <c>telemetry.v1.Ingest</c>: authenticates a call, hears its Hello and runs it. Keeps nothing between calls but counters.
/// </summary>
internal sealed class GatewayService : IDisposable
{
    private const int MaxHelloBytes = 64 << 10;

    private readonly GatewayOptions _options;
    private readonly Authenticator _authenticator;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RepeatLimit _refusals;
    private readonly CallerLimits _opened, _closed;
    private readonly ShipLane _critical;
    private readonly ShipLane _bulk;
    private readonly LevelFeed _levels;
    private readonly CancellationTokenSource _stopping = new();

    public GatewayService(GatewayOptions options, IBusWriter bus, Authenticator authenticator, GatewayMetrics metrics,
        TimeProvider time, ILogger logger)
    {
        _options = options;
        _authenticator = authenticator;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _refusals = new RepeatLimit(time);
        (_opened, _closed) = (new CallerLimits(time), new CallerLimits(time));
        _critical = new ShipLane(Lane.Critical, bus, options.Limits, metrics, time, logger);
        _bulk = new ShipLane(Lane.Bulk, bus, options.Limits, metrics, time, logger);
        _levels = new LevelFeed(new LevelStore(options.DataDirectory, time), time, logger);
    }

    /// <summary>Calls that are open.</summary>
    public int OpenCalls => _critical.OpenCalls + _bulk.OpenCalls;

    /// <summary>A sentence for each lane whose last batch could not be made durable, or waits for it.</summary>
    public IEnumerable<string> Problems =>
        from lane in new[] { _critical, _bulk }
        where lane.Problem.Length > 0
        select $"The last batch of the {lane.Lane} lane could not be made durable: {lane.Problem}";

    public void Map(GrpcEndpoints endpoints) => endpoints.MapGrpcDuplex("/telemetry.v1.Ingest/Ship", ShipAsync);

    /// <summary>Every call reads no further, answers for what it has handed to the bus, and ends.</summary>
    public void Stop() => _stopping.Cancel();

    public void Dispose() => _levels.Dispose();

    private async ValueTask<GrpcStatus> ShipAsync(GrpcServerCall call)
    {
        var source = call.Peer?.ToString() ?? "";
        if (_authenticator.Authenticate(call) is not { } caller)
        {
            return Refuse(source, Authenticator.Refused);
        }

        var status = await HearHelloAsync(call, caller);
        if (status.Identity is not { } identity)
        {
            return Refuse(source, status.Status);
        }

        var lane = identity.Lane == Lane.Critical ? _critical : _bulk;
        if (!lane.TryEnter())
        {
            return Refuse(source, new(StatusCode.Unavailable, "The gateway has as many calls as it takes."));
        }

        try
        {
            return await RunAsync(call, caller, identity, lane, source);
        }
        finally
        {
            lane.Leave();
        }
    }

    private async Task<(GrpcStatus Status, CallIdentity? Identity)> HearHelloAsync(GrpcServerCall call, Caller caller)
    {
        // Until it is known who calls, little is taken and waited for.
        call.MaxReceiveBytes = MaxHelloBytes;
        using var tooLate = new CancellationTokenSource(_options.Limits.HelloTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLate.Token, call.Cancelled, _stopping.Token);
        try
        {
            if (!await call.ReadAsync(either.Token))
            {
                return (new(StatusCode.InvalidArgument, "The call ended without a Hello."), null);
            }
        }
        catch (OperationCanceledException) when (tooLate.IsCancellationRequested)
        {
            return (new(StatusCode.DeadlineExceeded, $"No Hello came within {_options.Limits.HelloTimeout}."), null);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return (ShipCall.Stopping, null);
        }

        var status = HelloCheck.Check(call.Current.ToArray(), caller, out var identity);
        return (status, identity);
    }

    private async Task<GrpcStatus> RunAsync(
        GrpcServerCall call, Caller caller, CallIdentity identity, ShipLane lane, string source)
    {
        if (_opened.TryPass(identity.InstanceId, identity.Lane, out var suppressed))
        {
            Log.CallOpened(_logger, identity.InstanceId, identity.Lane, source, suppressed);
        }

        var status = GrpcStatus.Cancelled;
        try
        {
            call.MaxReceiveBytes = _options.Limits.MaxBatchBytes + ShipCall.MessageSlackBytes;
            using var levels = identity.Lane == Lane.Critical ? _levels.Listen() : null;
            await call.WriteAsync(ShipAnswers.Welcome(Welcome(levels)), call.Cancelled);
            var ship = new ShipCall(call, identity, lane, source, levels, () => _authenticator.IsStillValid(caller));
            status = await ship.RunAsync(_stopping.Token);
            return status;
        }
        finally
        {
            _metrics.CallEnded(status.Code.ToString());
            if (_closed.TryPass(identity.InstanceId, identity.Lane, out suppressed))
            {
                Log.CallClosed(_logger, identity.InstanceId, identity.Lane, source, status.Code, status.Message, suppressed);
            }
        }
    }

    private Protos.V1.Welcome Welcome(LevelListener? levels) => new()
    {
        MaxBatchBytes = (uint)_options.Limits.MaxBatchBytes,
        MaxRawBytes = (uint)_options.Limits.MaxRawBytes,
        MaxUnackedBatches = (uint)_options.Limits.MaxUnackedBatches,
        ClockUnixUs = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
        Gateway = _options.Name,
        Levels = levels is not null && levels.TryTake(out var said) ? said : null,
    };

    private GrpcStatus Refuse(string source, GrpcStatus status)
    {
        _metrics.CallEnded(status.Code.ToString());
        if (_refusals.TryPass(out var suppressed))
        {
            Log.CallRefused(_logger, source, status.Code, status.Message, suppressed);
        }

        return status;
    }
}
