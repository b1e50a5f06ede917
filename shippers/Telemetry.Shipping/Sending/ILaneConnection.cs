using Telemetry.Protos.V1;

namespace Telemetry.Shipping.Sending;

/// <summary>One call that has been welcomed. One reader and one writer may be active at the same time.</summary>
internal interface ILaneConnection : IAsyncDisposable
{
    /// <summary>Name of the gateway, without credentials.</summary>
    string Gateway { get; }

    /// <summary>Why the call ended; empty while it has not.</summary>
    string Problem { get; }

    /// <summary>Sends one encoded ShipRequest. False when the call has ended.</summary>
    ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> request, CancellationToken cancel);

    /// <summary>Waits for the next answer; null when the call has ended.</summary>
    ValueTask<ShipResponse?> ReadAsync(CancellationToken cancel);
}
