using Telemetry.Grpc;
using Telemetry.Protos.V1;

namespace Telemetry.Gateway.Tests;

/// <summary>A client that says what the test tells it.</summary>
internal sealed class TestShipper(GrpcChannel channel) : IAsyncDisposable
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(10);

    public DuplexCall Call { get; } = channel.OpenDuplex("/telemetry.v1.Ingest/Ship", GrpcCallOptions.Default);

    public async Task SendAsync(byte[] message)
    {
        using var deadline = new CancellationTokenSource(_deadline);
        await Call.WriteAsync(message, deadline.Token);
    }

    /// <summary>Sends where the gateway may have ended the call already.</summary>
    public async Task TrySendAsync(byte[] message)
    {
        try
        {
            await SendAsync(message);
        }
        catch (GrpcException)
        {
            // The status is what the test looks at.
        }
    }

    /// <summary>The next answer; null when the call has ended.</summary>
    public async Task<ShipResponse?> ReceiveAsync()
    {
        using var deadline = new CancellationTokenSource(_deadline);
        return await Call.ReadAsync(deadline.Token) ? ShipResponse.Parser.ParseFrom(Call.Current.Span) : null;
    }

    /// <summary>Reads acks until one covers the batch; fails on anything else.</summary>
    public async Task AckedThroughAsync(ulong number)
    {
        for (ulong through = 0; through < number;)
        {
            var answer = await ReceiveAsync();
            Assert.True(answer?.Ack is not null, $"no ack but {answer?.ToString() ?? Call.Status.ToString()}");
            Assert.InRange(answer!.Ack.Through, through + 1, number);
            through = answer.Ack.Through;
        }
    }

    /// <summary>Reads to the end of the call; acks on the way are fine.</summary>
    public async Task<GrpcStatus> EndAsync()
    {
        while (await ReceiveAsync() is not null)
        {
        }

        return Call.Status;
    }

    public async ValueTask DisposeAsync()
    {
        await Call.DisposeAsync();
        await channel.DisposeAsync();
    }
}
