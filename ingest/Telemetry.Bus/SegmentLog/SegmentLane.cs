using Telemetry.Spool;
using Telemetry.Wire;

namespace Telemetry.Bus.SegmentLog;

/// <summary>What the two sides of one lane share within a process.</summary>
internal sealed class SegmentLane(
    Lane lane, ISpoolDirectory directory, IndexedMark indexed, Action<string>? onProblem) : IDisposable
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

    /// <summary>Says in one sentence what is lost.</summary>
    public void Tell(SpoolDamage damage) => onProblem?.Invoke(
        $"{damage.Kind} in the {LaneNames.Of(lane)} lane of the bus: {damage.Bytes} bytes from {damage.From} to {damage.To}"
        + (damage.Evidence.Length > 0 ? $", kept in '{damage.Evidence}'." : "."));

    /// <summary>Says that a frame that verifies holds no entry.</summary>
    public void TellUndecodable(SpoolPosition position) => onProblem?.Invoke(
        $"The entry at {position} in the {LaneNames.Of(lane)} lane of the bus does not decode and is skipped.");

    public void Dispose() => indexed.Dispose();
}
