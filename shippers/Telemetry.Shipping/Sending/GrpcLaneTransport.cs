using System.Net.Http;
using Google.Protobuf;
using Telemetry.Grpc;
using Telemetry.Protos.V1;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipping.Sending;

/// <summary>Calls gateways over gRPC, each lane on a connection of its own; after a failure the next gateway has its turn.</summary>
internal sealed class GrpcLaneTransport(GatewayOptions options, Func<Lane, Hello> hello, TimeProvider time, int firstGateway)
    : ILaneTransport, IAsyncDisposable
{
    private const string Method = "/telemetry.v1.Ingest/Ship";
    private const int MaxResponseBytes = 64 << 10;

    private readonly GrpcChannel?[] _channels = new GrpcChannel?[options.Addresses.Count];
    private int _next = firstGateway;

    public async ValueTask<ConnectResult> ConnectAsync(Lane lane, CancellationToken cancel)
    {
        var index = (int)((uint)_next++ % (uint)options.Addresses.Count);
        var address = options.Addresses[index];
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var timer = time.CreateTimer(_ => timeout.Cancel(), null, options.ConnectTimeout, Timeout.InfiniteTimeSpan);
        DuplexCall? call = null;
        try
        {
            var channel = _channels[index] ??= Open(address);
            call = channel.OpenDuplex(Method, options.Call);
            var result = await GreetAsync(call, lane, address, timeout.Token);
            if (result.Connection is not null)
            {
                // The gateway that answered is asked first when this call ends.
                _next = index;
                call = null;
            }

            return result;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new ConnectResult(null, null, $"{Name(address)} did not answer within {options.ConnectTimeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e) when (e is GrpcException or IOException or HttpRequestException or ArgumentException)
        {
            return new ConnectResult(null, null, $"{Name(address)}: {e.Message}");
        }
        finally
        {
            if (call is not null)
            {
                await call.DisposeAsync();
                await ForgetAsync(index);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
        {
            if (channel is not null)
            {
                await channel.DisposeAsync();
            }
        }
    }

    /// <summary>The next attempt trusts what the CA file says then.</summary>
    private async ValueTask ForgetAsync(int index)
    {
        if (options.CaFile is not null && _channels[index] is { } channel)
        {
            _channels[index] = null;
            await channel.DisposeAsync();
        }
    }

    private static string Name(Uri address) => address.Scheme == GrpcChannelOptions.UnixScheme
        ? address.LocalPath
        : address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private GrpcChannel Open(Uri address) => new(new GrpcChannelOptions
    {
        Address = address,
        BearerToken = options.Token,
        CaFile = address.Scheme == "https" ? options.CaFile : null,
        Proxy = options.UsesProxy && address.Scheme == "https" ? HttpClient.DefaultProxy : null,
        ConnectTimeout = options.ConnectTimeout,
        MaxReceiveBytes = MaxResponseBytes,
        UserAgent = $"telemetry-shipper/{typeof(GrpcLaneTransport).Assembly.GetName().Version?.ToString(3)}",
        Time = time,
    });

    private async ValueTask<ConnectResult> GreetAsync(DuplexCall call, Lane lane, Uri address, CancellationToken cancel)
    {
        await call.WriteAsync(new ShipRequest { Hello = hello(lane) }.ToByteArray(), cancel);
        if (!await call.ReadAsync(cancel))
        {
            return new ConnectResult(null, null, $"{Name(address)}: {call.Status}");
        }

        var answer = ShipResponse.Parser.ParseFrom(call.Current.Span);
        return answer.KindCase == ShipResponse.KindOneofCase.Welcome
            ? new ConnectResult(new GrpcLaneConnection(call, Name(address)), answer.Welcome, "")
            : new ConnectResult(null, null, $"{Name(address)} answered {answer.KindCase} instead of a welcome.");
    }
}
