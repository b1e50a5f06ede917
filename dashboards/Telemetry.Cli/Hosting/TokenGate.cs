using System.Text;
using Microsoft.AspNetCore.Http;
using Telemetry.Gateway.Authentication;

namespace Telemetry.Cli.Hosting;

/// <summary>
/// Lets nobody read without a token: as a bearer token (RFC 6750), or as the password of HTTP Basic (RFC 7617), which a browser
/// asks for by itself; the user name does not matter. A token that is bound to an instance or a tenant delivers and reads nothing:
/// what it would read is everybody's.
/// </summary>
internal sealed class TokenGate(TokenStore tokens)
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var known = TokenOf(context.Request.Headers.Authorization.ToString()) is { } token ? tokens.Find(token) : null;
        if (known is { InstanceId: null, Tenant: "" })
        {
            return next(context);
        }

        if (known is not null)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return context.Response.WriteAsync("This token is bound to an instance or a tenant: it delivers, and reads nothing.\n");
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"telemetry\", charset=\"UTF-8\"";
        return context.Response.WriteAsync("A token is needed: as a bearer token, or as the password of any user name.\n");
    }

    /// <summary>The token in an Authorization header; null when there is none.</summary>
    public static string? TokenOf(string header)
    {
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return header[Bearer.Length..].Trim();
        }

        return header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) ? PasswordOf(header[Basic.Length..].Trim()) : null;
    }

    private static string? PasswordOf(string credentials)
    {
        var bytes = new byte[credentials.Length];
        return Convert.TryFromBase64String(credentials, bytes, out var written)
            && Encoding.UTF8.GetString(bytes, 0, written).Split(':', 2) is [_, var password]
            ? password
            : null;
    }
}
