using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Telemetry.Grpc;

/// <summary>Trust in the roots of one PEM file instead of the machine's.</summary>
internal static class CustomRoots
{
    /// <summary>Throws <see cref="ArgumentException"/> with one sentence when the file cannot be used.</summary>
    public static X509ChainPolicy Load(string pemFile)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,

            // A root of one's own publishes no revocation list.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(pemFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"The CA file '{pemFile}' cannot be read: {e.Message}", e);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new ArgumentException($"The CA file '{pemFile}' holds no certificate.");
    }
}
