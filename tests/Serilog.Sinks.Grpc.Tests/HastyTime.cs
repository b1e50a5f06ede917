namespace Serilog.Sinks.Grpc.Tests;

/// <summary>While it is hasty an hour passes between any two looks at it.</summary>
internal sealed class HastyTime : TimeProvider
{
    private long _ahead;

    public bool IsHasty { get; set; }

    public override long GetTimestamp() => base.GetTimestamp() + (IsHasty ? Interlocked.Add(ref _ahead, 3600 * TimestampFrequency) : Volatile.Read(ref _ahead));
}
