using Confluent.Kafka;

namespace Telemetry.Bus.Kafka;

/// <summary>A message on its way to the broker; completes with the delivery report.</summary>
internal sealed class PendingAppend(LaneProducer lane, Message<byte[], byte[]> message, int bytes)
    : TaskCompletionSource<BusPosition>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public Message<byte[], byte[]> Message => message;

    /// <summary>What it is counted as while it waits.</summary>
    public int Bytes => bytes;

    /// <summary>Where it goes; known once its lifetime is routed.</summary>
    public TopicPartition? Target { get; set; }

    /// <summary>Nobody waits for a tick.</summary>
    public bool IsTick { get; init; }

    public void Report(DeliveryReport<byte[], byte[]> report) => lane.Complete(this, report);

    public void Fail(string why)
    {
        if (IsTick)
        {
            TrySetResult(default);
        }
        else
        {
            TrySetException(new IOException(why));
        }
    }
}
