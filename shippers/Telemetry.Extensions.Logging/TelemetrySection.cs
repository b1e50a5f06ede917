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
        ["bufferSizeLimit"] = (o, value) => o.BufferSizeLimit = ByteSize.Parse(value, 0, "bufferSizeLimit"),
        ["bufferingTimeLimit"] = (o, value) => o.BufferingTimeLimit = Time(value, "bufferingTimeLimit"),
        ["queueLimit"] = (o, value) => o.QueueLimit = Number(value, "queueLimit"),
        ["queueBytesLimit"] = (o, value) => o.QueueBytesLimit = ByteSize.Parse(value, 0, "queueBytesLimit"),
        ["eventBodyLimit"] = (o, value) => o.EventBodyLimit = (int)ByteSize.Parse(value, 0, "eventBodyLimit"),
        ["callTimeout"] = (o, value) => o.CallTimeout = Time(value, "callTimeout"),
        ["shutdownTimeout"] = (o, value) => o.ShutdownTimeout = Time(value, "shutdownTimeout"),
        ["fatalTimeout"] = (o, value) => o.FatalTimeout = Time(value, "fatalTimeout"),
        ["token"] = (o, value) => o.Token = value,
        ["caFile"] = (o, value) => o.CaFile = value,
    };

    /// <exception cref="ArgumentException">A setting is not known, or its value is none; the message names it.</exception>
    public static void Apply(IConfiguration? section, BatchedGrpcSinkOptions options)
    {
        foreach (var setting in section?.GetChildren() ?? [])
        {
            if (!Settings.TryGetValue(setting.Key, out var set))
            {
                throw new ArgumentException($"'{setting.Path}' is no setting; there are: {string.Join(", ", Settings.Keys)}.");
            }

            if (setting.Value is { Length: > 0 } value)
            {
                set(options, value);
            }
        }
    }

    private static TimeSpan Time(string value, string name) => TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var time)
        ? time
        : throw new ArgumentException($"'{value}' is no time; it looks like 00:00:05.", name);

    private static int Number(string value, string name) => int.TryParse(value, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new ArgumentException($"'{value}' is no number.", name);
}
