namespace Serilog.Sinks.Grpc;

/// <summary>Settings of the environment, which override those of the application: <c>TELEMETRY_SINK__ENDPOINT</c> and the like.</summary>
internal static class SinkEnvironment
{
    public const string Prefix = "TELEMETRY_SINK__";

    /// <summary>Puts what the environment says over the options.</summary>
    /// <exception cref="ArgumentException">A value is none of its setting's.</exception>
    public static void Apply(GrpcSinkOptions options, Func<string, string?> variable)
    {
        options.Endpoint = Text("ENDPOINT") ?? options.Endpoint;
        options.ServiceName = Text("SERVICE_NAME") ?? options.ServiceName;
        options.ServiceVersion = Text("SERVICE_VERSION") ?? options.ServiceVersion;
        options.Token = Text("TOKEN") ?? options.Token;
        options.CaFile = Text("CA_FILE") ?? options.CaFile;
        if (options is BatchedGrpcSinkOptions batched)
        {
            batched.BufferPath = Text("BUFFER_PATH") ?? batched.BufferPath;
        }

        string? Text(string name) => variable(Prefix + name) is { Length: > 0 } value ? value : null;
    }
}
