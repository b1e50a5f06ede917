namespace Telemetry.Store.Elasticsearch;

/// <summary>Where the answers to one caller's calls are read, one after the other, so that they are not allocated anew.</summary>
internal sealed class AnswerBuffer
{
    /// <summary>Grows with the answers.</summary>
    public byte[] Bytes { get; set; } = [];
}
