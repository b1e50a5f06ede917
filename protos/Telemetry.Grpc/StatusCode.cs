namespace Telemetry.Grpc;

/// <summary>How a call ended. Values and names are those of gRPC (grpc/grpc doc/statuscodes.md).</summary>
public enum StatusCode
{
    /// <summary>It succeeded.</summary>
    Ok = 0,

    /// <summary>The caller gave it up.</summary>
    Cancelled = 1,

    /// <summary>An error that no other code describes.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the state of the server.</summary>
    InvalidArgument = 3,

    /// <summary>It did not end in time; whether it had an effect is unknown.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be created exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A limit, quota or size is exceeded.</summary>
    ResourceExhausted = 8,

    /// <summary>The system's state does not allow it; repeating does not help.</summary>
    FailedPrecondition = 9,

    /// <summary>It collided with another; repeat the whole.</summary>
    Aborted = 10,

    /// <summary>Past the end of what there is.</summary>
    OutOfRange = 11,

    /// <summary>The server does not know the method.</summary>
    Unimplemented = 12,

    /// <summary>An invariant or the protocol is broken.</summary>
    Internal = 13,

    /// <summary>Not now; repeat after a pause.</summary>
    Unavailable = 14,

    /// <summary>Data is gone or damaged beyond repair.</summary>
    DataLoss = 15,

    /// <summary>The caller did not prove who it is.</summary>
    Unauthenticated = 16,
}
