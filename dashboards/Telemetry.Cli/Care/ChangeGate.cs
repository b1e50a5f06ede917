using System.Net;
using Microsoft.AspNetCore.Http;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Console.Care;
using Telemetry.Gateway.Authentication;

namespace Telemetry.Cli.Care;

/// <summary>
/// Who may have things deleted: a token that was made for it; without one, whoever sits at this machine, and only where reading
/// needs no token either. Who comes through a proxy does not sit here, whatever address the proxy has.
/// </summary>
internal sealed class ChangeGate(TokenStore tokens, ListenerOptions listen)
{
    private static readonly string[] ProxyHeaders = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"];

    public ChangeRight Judge(HttpContext context)
    {
        var token = TokenGate.TokenOf(context.Request.Headers.Authorization.ToString()) is { } text ? tokens.Find(text) : null;
        if (token is { MayPurge: true, InstanceId: null, Tenant: "" })
        {
            return new ChangeRight(token.Name, null);
        }

        var needsToken = token is not null || (ListenerOptions.IsBeyondLoopback(listen.Http) && !listen.Insecure);
        if (!needsToken && IsHere(context))
        {
            return new ChangeRight("local", null);
        }

        return new ChangeRight("", "This needs a token that may purge; 'telemetry token create NAME --may-purge' makes one.");
    }

    private static bool IsHere(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
        && !ProxyHeaders.Any(context.Request.Headers.ContainsKey);
}
