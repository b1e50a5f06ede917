using System.Globalization;
using Microsoft.Extensions.Configuration;
using Serilog.Sinks.Grpc;

namespace Telemetry.Extensions.Logging;

/// <summary>Reads options from a section of the configuration, by the names that <c>WriteTo.Grpc</c> has for them. No reflection: AOT.</summary>
internal static class TelemetrySection
{
    public const string Name = "Telemetry";

    private static readonly Dictionary<string, Action<BatchedGrpcSinkOptions, string>> Settings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["endpoint"] = (o, value) => o.Endpoint = value,
        ["serviceName"] = (o, value) => o.ServiceName = value,
        ["serviceVersion"] = (o, value) => o.ServiceVersion = value,
        ["bufferPath"] = (o, value) => o.BufferPath = value,
        ["bufferSizeLimit"] = (o, value) => o.BufferSizeLimit = ByteSize.Parse(value, o.BufferSizeLimit, "bufferSizeLimit"),
        ["batchSizeLimit"] = (o, value) => o.BatchSizeLimit = Parse<int>(value, "batchSizeLimit", int.TryParse),
        ["batchBytesLimit"] = (o, value) => o.BatchBytesLimit = ByteSize.Parse(value, o.BatchBytesLimit, "batchBytesLimit"),
        ["bufferingTimeLimit"] = (o, value) => o.BufferingTimeLimit = Time(value, "bufferingTimeLimit"),
        ["queueLimit"] = (o, value) => o.QueueLimit = Parse<int>(value, "queueLimit", int.TryParse),
        ["queueBytesLimit"] = (o, value) => o.QueueBytesLimit = ByteSize.Parse(value, o.QueueBytesLimit, "queueBytesLimit"),
        ["eventBodyLimit"] = (o, value) => o.EventBodyLimit = ByteSize.Parse(value, o.EventBodyLimit, "eventBodyLimit"),
        ["callTimeout"] = (o, value) => o.CallTimeout = Time(value, "callTimeout"),
        ["shutdownTimeout"] = (o, value) => o.ShutdownTimeout = Time(value, "shutdownTimeout"),
        ["fatalTimeout"] = (o, value) => o.FatalTimeout = Time(value, "fatalTimeout"),
        ["token"] = (o, value) => o.Token = value,
        ["tokenFile"] = (o, value) => o.TokenFile = value,
        ["caFile"] = (o, value) => o.CaFile = value,
        ["captureCrashes"] = (o, value) => o.CaptureCrashes = Parse<bool>(value, "captureCrashes", bool.TryParse),
        ["includedData"] = (o, value) => o.IncludedData = Parse<IncludedData>(value, "includedData", Enum.TryParse),
        ["compression"] = (o, value) => o.Compression = Parse<BatchCompression>(value, "compression", Enum.TryParse),
    };

    private static readonly Dictionary<string, Func<BatchedGrpcSinkOptions, IDictionary<string, string>>> Pairs = new(StringComparer.OrdinalIgnoreCase)
    {
        ["headers"] = o => o.Headers,
        ["resourceAttributes"] = o => o.ResourceAttributes,
    };

    /// <exception cref="ArgumentException">A setting is not known, or its value is none; the message names it.</exception>
    public static void Apply(IConfiguration? section, BatchedGrpcSinkOptions options)
    {
        foreach (var setting in section?.GetChildren() ?? [])
        {
            if (Pairs.TryGetValue(setting.Key, out var pairs))
            {
                foreach (var pair in setting.GetChildren())
                {
                    pairs(options)[pair.Key] = pair.Value ?? "";
                }

                continue;
            }

            if (!Settings.TryGetValue(setting.Key, out var set))
            {
                throw new ArgumentException($"'{setting.Path}' is no setting; there are: {string.Join(", ", Settings.Keys.Concat(Pairs.Keys))}.");
            }

            if (setting.Value is { Length: > 0 } value)
            {
                set(options, value);
            }
        }
    }

    private delegate bool TryParse<T>(string? text, out T value);

    private static TimeSpan Time(string value, string name) => TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var time)
        ? time
        : throw new ArgumentException($"'{value}' is no time; it looks like 00:00:05.", name);

    private static T Parse<T>(string value, string name, TryParse<T> parse) => parse(value, out var parsed)
        ? parsed
        : throw new ArgumentException($"'{value}' is nothing that it can be.", name);
}
