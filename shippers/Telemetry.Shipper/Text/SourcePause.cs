namespace Telemetry.Shipper.Text;

/// <summary>What is known about the bytes that follow those at hand.</summary>
internal enum SourcePause : byte
{
    /// <summary>More may come at once: decide nothing that the next bytes could change.</summary>
    None,

    /// <summary>Nothing came for a while: complete lines need not wait for a continuation; an unfinished line still does.</summary>
    Lines,

    /// <summary>Nothing came for long, or the source has ended: what is there is all there is.</summary>
    End,
}
