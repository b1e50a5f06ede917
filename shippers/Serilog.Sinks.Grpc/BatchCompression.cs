namespace Serilog.Sinks.Grpc;

/// <summary>How batches are compressed.</summary>
public enum BatchCompression
{
    /// <summary>Brotli, its fastest quality.</summary>
    Brotli,

    /// <summary>Not at all.</summary>
    None,
}
