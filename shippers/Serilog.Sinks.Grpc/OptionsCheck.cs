using Serilog.Sinks.Grpc.Sending;
using Telemetry.Wire;

namespace Serilog.Sinks.Grpc;

/// <summary>Refuses options that cannot work, when the logger is configured and not later.</summary>
internal static class OptionsCheck
{
    private const int MinEventBytes = 1 << 10;
    private const int MaxAttributes = 32;

    /// <exception cref="ArgumentException">One of them is wrong; the message is a sentence that names it.</exception>
    public static void ThrowIfWrong(GrpcSinkOptions options)
    {
        var endpoint = options.EffectiveEndpoint;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https" or "unix"))
        {
            throw new ArgumentException(
                $"'{endpoint}' is no address of a gateway or shipper; it looks like https://gateway:4319 or unix:///run/telemetry/shipper.sock.", "endpoint");
        }

        if (uri is { Scheme: "unix", Host.Length: > 0 })
        {
            throw new ArgumentException($"'{endpoint}' names no absolute path; it looks like unix:///run/telemetry/shipper.sock.", "endpoint");
        }

        if (options.Token?.Any(c => c is <= ' ' or > '~') == true)
        {
            throw new ArgumentException("A token is made of ASCII characters without white space.", "token");
        }

        if (options is { Token: not null, TokenFile: not null })
        {
            throw new ArgumentException("There is a token already; give one of both.", "tokenFile");
        }

        if ((options.Token ?? options.TokenFile) is not null && uri.Scheme == "http" && !uri.IsLoopback)
        {
            throw new ArgumentException($"The token would go to {uri.Authority} without TLS; use https.", "token");
        }

        if (options.CaFile is { } ca && !File.Exists(ca))
        {
            throw new ArgumentException($"The CA file '{ca}' does not exist.", "caFile");
        }

        SinkHeaders.Of(options.Headers);
        if (options.ResourceAttributes.Count > MaxAttributes || options.ResourceAttributes.Keys.Any(name => name.Length == 0))
        {
            throw new ArgumentException($"They are {MaxAttributes} at most, and each has a name.", "resourceAttributes");
        }

        if ((options.IncludedData & ~IncludedData.All) != 0)
        {
            throw new ArgumentOutOfRangeException("includedData", options.IncludedData, "It has to be made of the names that there are.");
        }

        if (!Enum.IsDefined(options.Compression))
        {
            throw new ArgumentOutOfRangeException("compression", options.Compression, "It is Brotli or None.");
        }

        Within(options.EventBodyLimit, MinEventBytes, WireLimits.MaxLineBytes, "eventBodyLimit");
        Positive(options.CallTimeout, "callTimeout");
        if (options is BatchedGrpcSinkOptions batched)
        {
            ThrowIfWrongWaiting(batched);
        }
    }

    private static void ThrowIfWrongWaiting(BatchedGrpcSinkOptions options)
    {
        Within(options.BatchSizeLimit, 1, int.MaxValue, "batchSizeLimit");
        Within(options.BatchBytesLimit, MinEventBytes, WireLimits.MaxRawBytes / 2, "batchBytesLimit");
        Within(options.QueueLimit, 1, int.MaxValue, "queueLimit");
        Within(options.QueueBytesLimit, options.EventBodyLimit, long.MaxValue, "queueBytesLimit");
        Within(options.BufferSizeLimit, 1 << 20, long.MaxValue, "bufferSizeLimit");
        Positive(options.BufferingTimeLimit, "bufferingTimeLimit");
        Positive(options.ShutdownTimeout, "shutdownTimeout");
        if (options.FatalTimeout < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException("fatalTimeout", options.FatalTimeout, "It cannot be negative; zero does not wait.");
        }
    }

    private static void Within(long value, long least, long most, string name)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"It has to be from {least} to {most}.");
        }
    }

    private static void Positive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(name, value, "It has to be more than zero and a day at most.");
        }
    }
}
