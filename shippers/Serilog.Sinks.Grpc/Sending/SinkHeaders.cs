using Telemetry.Grpc;

namespace Serilog.Sinks.Grpc.Sending;

/// <summary>Headers of the options as a call takes them.</summary>
internal static class SinkHeaders
{
    /// <exception cref="ArgumentException">A name or value is none that can be sent.</exception>
    public static Metadata Of(IDictionary<string, string> headers)
    {
        var metadata = new Metadata();
        foreach (var (name, value) in headers)
        {
            metadata.Add(name, value);
        }

        return metadata;
    }
}
