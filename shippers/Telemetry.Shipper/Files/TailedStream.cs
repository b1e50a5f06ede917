using Telemetry.Shipping.Streams;

namespace Telemetry.Shipper.Files;

/// <summary>A watched path: its stream and the files that have borne the name, oldest first. The tailer's thread only.</summary>
internal sealed class TailedStream(StreamState state)
{
    public StreamState State { get; } = state;

    /// <summary>The same stream in the former lifetime while it has a rest to ship; null is none.</summary>
    public StreamState? Former { get; set; }

    public string Path => State.Name;

    public List<TailedFile> Files { get; } = [];

    /// <summary>True when the log knows the present epoch: only then may its numbers be used.</summary>
    public bool IsPersisted { get; set; }

    /// <summary>True when something changed that the log does not know from its plans.</summary>
    public bool IsDirty { get; set; }
}
