using System.Security.Authentication;

namespace Telemetry.Store.Elasticsearch;

/// <summary>Tells why a TLS connection did not come about.</summary>
public static class TlsFailure
{
    /// <summary>
    /// True when the other side showed a certificate that is not believed; otherwise it did not speak TLS as far as a certificate.
    /// .NET says so in the words of the exception only.
    /// </summary>
    public static bool IsUntrusted(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.InnerException is AuthenticationException inner && inner.Message.Contains("certificate", StringComparison.Ordinal);
    }
}
