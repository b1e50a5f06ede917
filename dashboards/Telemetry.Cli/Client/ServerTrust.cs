using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Telemetry.Cli.Client;

/// <summary>Whose certificates a client believes.</summary>
internal static class ServerTrust
{
    /// <summary>A handler that trusts the authority of a PEM file alone, or the system's authorities without one.</summary>
    /// <exception cref="CliFailure">The file cannot be read as a certificate.</exception>
    public static HttpMessageHandler CreateHandler(string authorityFile)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) };
        if (authorityFile.Length > 0)
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(Load(authorityFile));
        }

        return handler;
    }

    private static X509Certificate2Collection Load(string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException
            or System.Security.Cryptography.CryptographicException)
        {
            throw CliFailure.Usage($"{file}: {e.Message}");
        }

        return certificates.Count > 0 ? certificates : throw CliFailure.Usage($"{file}: holds no certificate");
    }
}
