namespace Telemetry.Grpc;

/// <summary>The names that gRPC prints, without reflection over the enumeration.</summary>
internal static class StatusCodeName
{
    private static readonly string[] _names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    public static string Of(StatusCode code) =>
        (uint)code < (uint)_names.Length ? _names[(int)code] : $"CODE_{(int)code}";
}
