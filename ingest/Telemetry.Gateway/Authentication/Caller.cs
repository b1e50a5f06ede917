namespace Telemetry.Gateway.Authentication;

/// <summary>Who a call comes from, as far as it was proved.</summary>
/// <param name="Token">The token shown; null where none is needed.</param>
internal sealed record Caller(TokenRecord? Token)
{
    /// <summary>Nobody in particular, on a listener that asks for no token.</summary>
    public static readonly Caller Anonymous = new((TokenRecord?)null);

    /// <summary>Whose data it is: the token decides, and a claim counts only where none is needed.</summary>
    public string TenantOr(string claimed) => Token is null ? claimed : Token.Tenant;

    /// <summary>Whether the caller may speak for an instance.</summary>
    public bool MaySpeakFor(string instanceId) => Token?.InstanceId is null || Token.InstanceId == instanceId;
}
