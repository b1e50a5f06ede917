using System.Text.Json.Serialization;

namespace Telemetry.Gateway.Authentication;

/// <summary>A token as it is kept: without what it takes to use it.</summary>
/// <param name="Id">Its first part, 16 hex digits; not secret.</param>
/// <param name="Name">What its maker called it; unique.</param>
/// <param name="Tenant">Whose data comes in with it; "" when there are no tenants.</param>
/// <param name="InstanceId">The only instance that may use it; null is any.</param>
/// <param name="CreatedUnixUs">When it was made, microseconds since the Unix epoch.</param>
/// <param name="Salt">16 random bytes, base64.</param>
/// <param name="Hash">SHA-256 of salt and secret, base64.</param>
/// <param name="MayPurge">Whether it may also have stored documents deleted.</param>
public sealed record TokenRecord(
    string Id, string Name, string Tenant, string? InstanceId, long CreatedUnixUs, string Salt, string Hash,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool MayPurge = false);
