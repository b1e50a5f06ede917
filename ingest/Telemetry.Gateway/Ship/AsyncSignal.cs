using System.Threading.Channels;

namespace Telemetry.Gateway.Ship;

/// <summary>Wakes one waiter; a signal that nobody waits for is kept, several count as one.</summary>
internal sealed class AsyncSignal
{
    private readonly Channel<byte> _channel =
        Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _channel.Writer.TryWrite(0);

    public async ValueTask WaitAsync(CancellationToken cancel) => await _channel.Reader.ReadAsync(cancel);
}
