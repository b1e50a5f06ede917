using Confluent.Kafka;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>What the messages of a lifetime have in common, so that it is made once and not for each batch.</summary>
internal sealed class AppendTarget(Lane lane, LifetimeId lifetime)
{
    private BusStamp _stamp;
    private Headers? _headers;

    public byte[] Key { get; } = lifetime.ToByteArray();

    /// <summary>Null until the lifetime is routed.</summary>
    public TopicPartition? Partition { get; set; }

    /// <summary>Headers are read and never changed, so that messages may share them.</summary>
    public Headers HeadersFor(in BusStamp stamp)
    {
        if (_headers is null || stamp.Source != _stamp.Source || stamp.Tenant != _stamp.Tenant
            || stamp.InstanceId != _stamp.InstanceId)
        {
            _stamp = stamp;
            _headers = EntryHeaders.OfEntry(lane, stamp);
        }

        return _headers;
    }
}
