using System.Buffers;

namespace Telemetry.Grpc;

/// <summary>The grammar of metadata (PROTOCOL-HTTP2.md, "Header-Name" and "ASCII-Value").</summary>
internal static class MetadataNames
{
    private static readonly SearchValues<char> _nameCharacters =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz_-.");

    public static bool IsBinary(string name) => name.EndsWith("-bin", StringComparison.Ordinal);

    /// <summary>%x20-%x7E.</summary>
    public static bool IsValidText(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>Names starting with "grpc-" are reserved.</summary>
    public static void ThrowIfInvalid(string name)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(_nameCharacters) || IsProtocol(name)
            || name.StartsWith("grpc-", StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{name}' is no name for metadata.", nameof(name));
        }
    }

    /// <summary>Headers that belong to the protocol and are no metadata.</summary>
    public static bool IsProtocol(string name) =>
        name.StartsWith(':') || name.ToLowerInvariant() is HeaderNames.ContentType or HeaderNames.Te or HeaderNames.GrpcTimeout
            or HeaderNames.GrpcEncoding or HeaderNames.GrpcAcceptEncoding or HeaderNames.GrpcStatus
            or HeaderNames.GrpcMessage or "host" or "accept-encoding";
}
