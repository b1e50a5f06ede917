namespace Telemetry.Gateway.Ship;

/// <summary>
/// The batches of one call that are not answered yet, in the order of their numbers. The bus may finish them in any order;
/// answers come out in the order of the call: an ack covers only what is durable or was rejected from the first batch on, and
/// a rejection follows the ack of what was before it. After a batch that is never finished there is no answer any more.
/// Safe for concurrent use.
/// </summary>
internal sealed class AckWindow(int maxBatches, long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Slot[] _slots = new Slot[maxBatches];
    private ulong _first = 1;
    private ulong _next = 1;
    private long _bytes;
    private bool _ackOwed;

    /// <summary>The number that the next batch must have.</summary>
    public ulong Next
    {
        get
        {
            lock (_gate)
            {
                return _next;
            }
        }
    }

    /// <summary>False when the call must not be read any further.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_gate)
            {
                return _next - _first < (ulong)maxBatches && _bytes < maxBytes;
            }
        }
    }

    /// <summary>Takes the next number for a batch of so many bytes. Only when there is room.</summary>
    public ulong Open(long bytes)
    {
        lock (_gate)
        {
            if (_next - _first >= (ulong)maxBatches)
            {
                throw new InvalidOperationException("The window is full.");
            }

            _bytes += bytes;
            this[_next] = new Slot(bytes, SlotState.Pending, null);
            return _next++;
        }
    }

    /// <summary>The bus has it.</summary>
    public void Durable(ulong number) => Finish(number, SlotState.Durable, null);

    /// <summary>It is refused.</summary>
    public void Reject(ulong number, Rejection rejection) => Finish(number, SlotState.Rejected, rejection);

    /// <summary>The next answer that is due; acks that follow one another come out as one.</summary>
    public bool TryTake(out ShipAnswer answer)
    {
        lock (_gate)
        {
            while (_first < _next && this[_first] is { State: not SlotState.Pending } slot)
            {
                if (slot.State == SlotState.Rejected)
                {
                    if (TryTakeOwedAck(out answer))
                    {
                        return true;
                    }

                    // The rejection first, then the ack that covers it.
                    this[_first] = slot with { State = SlotState.Durable };
                    answer = new(_first, slot.Rejection);
                    return true;
                }

                _bytes -= slot.Bytes;
                _first++;
                _ackOwed = true;
            }

            return TryTakeOwedAck(out answer);
        }
    }

    private ref Slot this[ulong number] => ref _slots[number % (ulong)maxBatches];

    private bool TryTakeOwedAck(out ShipAnswer answer)
    {
        answer = new(_first - 1, null);
        var owed = _ackOwed;
        _ackOwed = false;
        return owed;
    }

    private void Finish(ulong number, SlotState state, Rejection? rejection)
    {
        lock (_gate)
        {
            this[number] = this[number] with { State = state, Rejection = rejection };
        }
    }

    private enum SlotState : byte
    {
        Pending,
        Durable,
        Rejected,
    }

    private readonly record struct Slot(long Bytes, SlotState State, Rejection? Rejection);
}
