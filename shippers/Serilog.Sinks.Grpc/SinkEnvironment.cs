using System.Globalization;

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
        if (Text("TOKEN") is { } token)
        {
            (options.Token, options.TokenFile) = (token, null);
        }

        if (Text("TOKEN_FILE") is { } tokenFile)
        {
            (options.Token, options.TokenFile) = (Text("TOKEN"), tokenFile);
        }

        options.EventBodyLimit = ByteSize.Parse(Text("EVENT_BODY_LIMIT"), options.EventBodyLimit, Prefix + "EVENT_BODY_LIMIT");
        options.CallTimeout = Time("CALL_TIMEOUT") ?? options.CallTimeout;
        options.CaFile = Text("CA_FILE") ?? options.CaFile;
        options.Headers = Pairs("HEADERS") ?? options.Headers;
        options.ResourceAttributes = Pairs("RESOURCE_ATTRIBUTES") ?? options.ResourceAttributes;
        options.IncludedData = Name<IncludedData>("INCLUDED_DATA") ?? options.IncludedData;
        options.Compression = Name<BatchCompression>("COMPRESSION") ?? options.Compression;
        if (options is BatchedGrpcSinkOptions batched)
        {
            batched.BufferPath = Text("BUFFER_PATH") ?? batched.BufferPath;
            batched.BufferSizeLimit = ByteSize.Parse(Text("BUFFER_SIZE_LIMIT"), batched.BufferSizeLimit, Prefix + "BUFFER_SIZE_LIMIT");
            batched.BatchBytesLimit = ByteSize.Parse(Text("BATCH_BYTES_LIMIT"), batched.BatchBytesLimit, Prefix + "BATCH_BYTES_LIMIT");
            batched.BatchSizeLimit = Count("BATCH_SIZE_LIMIT") ?? batched.BatchSizeLimit;
            batched.QueueBytesLimit = ByteSize.Parse(Text("QUEUE_BYTES_LIMIT"), batched.QueueBytesLimit, Prefix + "QUEUE_BYTES_LIMIT");
            batched.QueueLimit = Count("QUEUE_LIMIT") ?? batched.QueueLimit;
            batched.BufferingTimeLimit = Time("BUFFERING_TIME_LIMIT") ?? batched.BufferingTimeLimit;
            batched.ShutdownTimeout = Time("SHUTDOWN_TIMEOUT") ?? batched.ShutdownTimeout;
            batched.FatalTimeout = Time("FATAL_TIMEOUT") ?? batched.FatalTimeout;
            batched.CaptureCrashes = Text("CAPTURE_CRASHES") is { } capture ? Parsed<bool>(capture, "CAPTURE_CRASHES", bool.TryParse, "true or false") : batched.CaptureCrashes;
        }

        string? Text(string name) => variable(Prefix + name) is { Length: > 0 } value ? value : null;

        T? Name<T>(string name)
            where T : struct, Enum => Text(name) is { } text ? Parsed(text, name, (string? t, out T value) => Enum.TryParse(t, ignoreCase: true, out value), $"made of {string.Join(", ", Enum.GetNames<T>())}") : null;

        int? Count(string name) => Text(name) is { } text
            ? Parsed(text, name, (string? t, out int value) => int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out value), "a number")
            : null;

        TimeSpan? Time(string name) => Text(name) is { } text
            ? Parsed<TimeSpan>(text, name, TryTime, "a time like 00:00:10")
            : null;

        IDictionary<string, string>? Pairs(string name) => Text(name) is { } text ? ReadPairs(text, name) : null;
    }

    private delegate bool TryParse<T>(string? text, out T value);

    private static T Parsed<T>(string text, string name, TryParse<T> parse, string kind) => parse(text, out var value)
        ? value
        : throw new ArgumentException($"'{text}' is not {kind}.", Prefix + name);

    /// <summary>A bare number would be days.</summary>
    private static bool TryTime(string? text, out TimeSpan value)
    {
        value = default;
        return text?.Contains(':', StringComparison.Ordinal) == true && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>"a=1,b=2", as in OTEL_RESOURCE_ATTRIBUTES.</summary>
    private static Dictionary<string, string> ReadPairs(string text, string name)
    {
        var pairs = new Dictionary<string, string>();
        foreach (var pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = pair.IndexOf('=');
            if (at <= 0)
            {
                // The text may be a secret.
                throw new ArgumentException("A pair has no '='; they look like a=1,b=2.", Prefix + name);
            }

            pairs[pair[..at].TrimEnd()] = pair[(at + 1)..].TrimStart();
        }

        return pairs;
    }
}
