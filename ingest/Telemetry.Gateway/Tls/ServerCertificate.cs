using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Telemetry.Gateway.Tls;

/// <summary>Loads the certificate that the gateway shows.</summary>
internal static class ServerCertificate
{
    /// <summary>Throws <see cref="GatewayException"/> with one sentence when the files cannot be used.</summary>
    public static SslStreamCertificateContext Load(string certificateFile, string keyFile)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new GatewayException(
                $"The certificate '{certificateFile}' with the key '{keyFile}' cannot be used: {e.Message}", e);
        }
    }
}
