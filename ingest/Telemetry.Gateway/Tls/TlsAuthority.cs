using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Telemetry.Gateway.Tls;

/// <summary>
/// Makes a root and a server certificate for a gateway that has none, so that a second server can join on the first day.
/// ECDSA P-256; the root lasts ten years and signs servers only, the server certificate 397 days.
/// </summary>
public static class TlsAuthority
{
    private static readonly TimeSpan _clockSkew = TimeSpan.FromDays(1);
    private static readonly TimeSpan _caLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan _serverLifetime = TimeSpan.FromDays(397);

    /// <summary>
    /// Writes a server certificate for the names, signed by the root of the folder, which is made if there is none. Replaces
    /// an earlier server certificate. Keys are readable by their owner only. Throws <see cref="GatewayException"/> when the
    /// folder cannot be used.
    /// </summary>
    /// <param name="dataDirectory">Directory of the installation.</param>
    /// <param name="names">DNS names and addresses under which shippers connect; localhost is always added.</param>
    /// <param name="time">Clock of the validity.</param>
    public static TlsFiles Create(string dataDirectory, IReadOnlyCollection<string> names, TimeProvider time)
    {
        var files = TlsFiles.In(dataDirectory);
        try
        {
            Directory.CreateDirectory(files.Directory);
            using var ca = File.Exists(files.CaFile)
                ? X509Certificate2.CreateFromPemFile(files.CaFile, files.CaKeyFile)
                : CreateCa(files, time);
            WriteServer(files, ca, names, time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new GatewayException($"The certificates in '{files.Directory}' cannot be made: {e.Message}", e);
        }

        return files;
    }

    private static X509Certificate2 CreateCa(TlsFiles files, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Telemetry CA " + RandomNumberGenerator.GetHexString(8, lowercase: true),
            key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        var ca = request.CreateSelfSigned(now - _clockSkew, now + _caLifetime);
        PrivateFile.Replace(files.CaKeyFile, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        File.WriteAllText(files.CaFile, ca.ExportCertificatePem() + "\n");
        return ca;
    }

    private static void WriteServer(
        TlsFiles files, X509Certificate2 ca, IReadOnlyCollection<string> names, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=telemetry gateway", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)); // serverAuth
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(ca, true, false));
        request.CertificateExtensions.Add(AlternativeNames(names));

        // A certificate cannot outlive the one that signs it.
        var now = time.GetUtcNow();
        var end = now + _serverLifetime < ca.NotAfter ? now + _serverLifetime : ca.NotAfter;
        using var certificate = request.Create(ca, now - _clockSkew, end, RandomNumberGenerator.GetBytes(16));
        PrivateFile.Replace(files.KeyFile, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        File.WriteAllText(files.CertificateFile, $"{certificate.ExportCertificatePem()}\n{ca.ExportCertificatePem()}\n");
    }

    private static X509Extension AlternativeNames(IReadOnlyCollection<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        builder.AddDnsName("localhost");
        builder.AddIpAddress(IPAddress.Loopback);
        builder.AddIpAddress(IPAddress.IPv6Loopback);
        foreach (var name in names.Where(n => n is not ("localhost" or "127.0.0.1" or "::1")).Distinct())
        {
            if (IPAddress.TryParse(name, out var address))
            {
                builder.AddIpAddress(address);
            }
            else if (Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) == UriHostNameType.Dns
                && name.Split('.').All(label => label.Length <= 63))
            {
                builder.AddDnsName(name);
            }
            else
            {
                throw new GatewayException($"'{name}' is neither a host name nor an address.");
            }
        }

        return builder.Build();
    }
}
