namespace Telemetry.Grpc;

/// <summary>
/// The encodings of messages that this implementation takes; identity only. Batches are compressed on the server once, so
/// the transport has nothing to gain.
/// </summary>
internal static class MessageEncoding
{
    /// <summary>For <c>grpc-accept-encoding</c>.</summary>
    public const string Accepted = HeaderNames.Identity;

    /// <summary>An encoding that is not taken ends a call with UNIMPLEMENTED and a list of those that are (doc/compression.md).</summary>
    public static GrpcStatus Check(string? encoding) =>
        encoding is null or "" or HeaderNames.Identity
            ? GrpcStatus.Ok
            : new(StatusCode.Unimplemented, $"Unsupported grpc-encoding '{Printable(encoding)}'. Supported: {Accepted}.");

    private static string Printable(string value) => value.Length <= 32 ? value : value[..32];
}
