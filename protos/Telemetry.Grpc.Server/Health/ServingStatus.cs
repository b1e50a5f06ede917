namespace Telemetry.Grpc.Server.Health;

/// <summary>Values of <c>grpc.health.v1.HealthCheckResponse.ServingStatus</c>.</summary>
public enum ServingStatus
{
    /// <summary>Not known yet.</summary>
    Unknown = 0,

    /// <summary>Takes calls.</summary>
    Serving = 1,

    /// <summary>Does not, or is about not to.</summary>
    NotServing = 2,

    /// <summary>There is no such service; said by Watch only.</summary>
    ServiceUnknown = 3,
}
