using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Telemetry.Store.Elasticsearch;

/// <summary>Whom to trust: the system's authorities, those of a file, or one pinned certificate.</summary>
internal static class ElasticTls
{
    public static SslClientAuthenticationOptions Create(ElasticOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.CaFile.Length > 0)
        {
            var trusted = new X509Certificate2Collection();
            trusted.ImportFromPemFile(options.CaFile);
            tls.CertificateChainPolicy = Trusting(trusted);
        }
        else if (options.Fingerprint.Length > 0)
        {
            var pin = Convert.FromHexString(options.Fingerprint);
            tls.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                certificate is X509Certificate2 server && IsPinned(pin, server, chain, errors);
        }

        return tls;
    }

    private static X509ChainPolicy Trusting(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    // The pinned certificate is the server's own, or an authority that really signed it, for the name that was asked for.
    internal static bool IsPinned(byte[] pin, X509Certificate2 server, X509Chain? chain, SslPolicyErrors errors)
    {
        if (Fits(pin, server))
        {
            return true;
        }

        X509Certificate2[] sent = [.. chain?.ChainElements.Select(element => element.Certificate) ?? [], .. chain?.ChainPolicy.ExtraStore ?? []];
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) || Array.Find(sent, one => Fits(pin, one)) is not { } authority)
        {
            return false;
        }

        using var signed = new X509Chain { ChainPolicy = Trusting([authority]) };
        signed.ChainPolicy.ExtraStore.AddRange(sent);
        return signed.Build(server);
    }

    private static bool Fits(byte[] pin, X509Certificate2 certificate) =>
        CryptographicOperations.FixedTimeEquals(pin, SHA256.HashData(certificate.RawData));
}
