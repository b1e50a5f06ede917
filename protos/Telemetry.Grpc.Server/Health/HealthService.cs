using System.Buffers;

namespace Telemetry.Grpc.Server.Health;

/// <summary>
/// <c>grpc.health.v1.Health</c> (grpc/grpc doc/health-checking.md). "" is the server as a whole. Safe for concurrent use.
/// </summary>
public sealed class HealthService
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ServingStatus> _statuses = new(StringComparer.Ordinal) { [""] = ServingStatus.Serving };
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Adds Check and Watch.</summary>
    public void Map(GrpcEndpoints endpoints)
    {
        endpoints.MapGrpcUnary("/grpc.health.v1.Health/Check", Check);
        endpoints.MapGrpcDuplex("/grpc.health.v1.Health/Watch", WatchAsync);
    }

    /// <summary>Sets the status of a service and tells those who watch it.</summary>
    public void Set(string service, ServingStatus status)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _statuses[service] = status;
            changed = _changed;
            _changed = NewSignal();
        }

        changed.SetResult();
    }

    /// <summary>Everything that is known stops serving: the first step of a shutdown.</summary>
    public void StopServing()
    {
        string[] services;
        lock (_gate)
        {
            services = [.. _statuses.Keys];
        }

        foreach (var service in services)
        {
            Set(service, ServingStatus.NotServing);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static GrpcStatus BadRequest => new(StatusCode.InvalidArgument, "The request is no HealthCheckRequest.");

    private ValueTask<GrpcReply> Check(ReadOnlySequence<byte> request, GrpcServerCall call)
    {
        if (!HealthMessages.TryReadRequest(request, out var service))
        {
            return new(BadRequest);
        }

        var (status, _) = Look(service);
        return new(status == ServingStatus.ServiceUnknown
            ? new GrpcStatus(StatusCode.NotFound, "The service is unknown.")
            : HealthMessages.WriteResponse(status));
    }

    /// <summary>Says what is at once, then what changes. A client that reads slowly misses values that did not last.</summary>
    private async ValueTask<GrpcStatus> WatchAsync(GrpcServerCall call)
    {
        if (!HealthMessages.TryReadRequest(await call.ReadSingleAsync(), out var service))
        {
            return BadRequest;
        }

        ServingStatus? told = null;
        while (true)
        {
            var (status, changed) = Look(service);
            if (told != status)
            {
                await call.WriteAsync(HealthMessages.WriteResponse(status), call.Cancelled);
                told = status;
            }

            await changed.WaitAsync(call.Cancelled);
        }
    }

    private (ServingStatus Status, Task Changed) Look(string service)
    {
        lock (_gate)
        {
            return (_statuses.GetValueOrDefault(service, ServingStatus.ServiceUnknown), _changed.Task);
        }
    }
}
