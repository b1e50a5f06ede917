namespace Telemetry.Shipping.Lanes;

/// <summary>Keeps a few buffers; one that has grown unusually large is let go. Any thread.</summary>
internal sealed class BatchMessagePool
{
    private const int MaxKept = 16;
    private const int MaxKeptBytes = 512 << 10;

    private readonly Stack<BatchMessage> _free = new();

    public BatchMessage Rent()
    {
        lock (_free)
        {
            return _free.TryPop(out var message) ? message : new BatchMessage();
        }
    }

    /// <summary>The caller must not use the message afterwards.</summary>
    public void Return(BatchMessage message)
    {
        message.Clear();
        lock (_free)
        {
            if (_free.Count < MaxKept && message.Capacity <= MaxKeptBytes)
            {
                _free.Push(message);
            }
        }
    }
}
