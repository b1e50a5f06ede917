using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Telemetry.Cli.Hosting;

/// <summary>Certificates from PEM files.</summary>
internal static class Certificates
{
    /// <exception cref="CliFailure">The files cannot be used; exit 2.</exception>
    public static X509Certificate2 Load(string certificateFile, string keyFile)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw CliFailure.Usage($"The certificate '{certificateFile}' with the key '{keyFile}' cannot be used: {e.Message}");
        }
    }
}
