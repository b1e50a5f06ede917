using Google.Protobuf;
using Telemetry.Grpc;
using Telemetry.Protos.V1;

namespace Telemetry.Shipping.Sending;

/// <summary>A welcomed call over gRPC.</summary>
internal sealed class GrpcLaneConnection(DuplexCall call, string gateway) : ILaneConnection
{
    private string _problem = "";

    public string Gateway => gateway;

    public string Problem => _problem.Length > 0 ? _problem : call.HasEnded ? call.Status.ToString() : "";

    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> request, CancellationToken cancel)
    {
        try
        {
            await call.WriteAsync(request, cancel);
            return true;
        }
        catch (GrpcException e)
        {
            _problem = e.Status.ToString();
            return false;
        }
    }

    public async ValueTask<ShipResponse?> ReadAsync(CancellationToken cancel)
    {
        if (!await call.ReadAsync(cancel))
        {
            return null;
        }

        try
        {
            return ShipResponse.Parser.ParseFrom(call.Current.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            _problem = $"an answer does not decode: {e.Message}";
            return null;
        }
    }

    /// <summary>Says that nothing follows, and ends the call.</summary>
    public async ValueTask DisposeAsync()
    {
        await call.CompleteAsync();
        await call.DisposeAsync();
    }
}
