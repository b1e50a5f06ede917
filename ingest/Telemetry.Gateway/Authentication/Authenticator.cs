using Telemetry.Grpc;
using Telemetry.Grpc.Server;

namespace Telemetry.Gateway.Authentication;

/// <summary>Decides who calls. Where tokens are required none is as wrong as a bad one; where they are not, a bad one still is.</summary>
internal sealed class Authenticator(TokenStore tokens, bool tokensRequired)
{
    private const string Scheme = "Bearer ";

    public static readonly GrpcStatus Refused = new(StatusCode.Unauthenticated, "A valid bearer token is needed.");

    public static readonly GrpcStatus Revoked = new(StatusCode.Unauthenticated, "The bearer token was revoked.");

    /// <summary>Null when the caller is refused.</summary>
    public Caller? Authenticate(GrpcServerCall call)
    {
        var header = call.GetHeader("authorization");
        if (header is null)
        {
            return tokensRequired ? null : Caller.Anonymous;
        }

        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && tokens.Find(header[Scheme.Length..].Trim()) is { } token
                ? new Caller(token)
                : null;
    }

    public bool IsStillValid(Caller caller) => caller.Token is null || tokens.IsValid(caller.Token);
}
