using Telemetry.Spool;

namespace Telemetry.Bus.SegmentLog;

/// <summary>What the two sides of one lane share within a process.</summary>
internal sealed class SegmentLane(ISpoolDirectory directory, IndexedMark indexed, Action<string>? onProblem) : IDisposable
{
    private LaneLog? _writer;

    public ISpoolDirectory Directory => directory;

    public IndexedMark Indexed => indexed;

    /// <summary>The writing side while this process has it.</summary>
    public LaneLog? Writer
    {
        get => Volatile.Read(ref _writer);
        set => Volatile.Write(ref _writer, value);
    }

    public void Tell(string problem) => onProblem?.Invoke(problem);

    public void Dispose() => indexed.Dispose();
}
