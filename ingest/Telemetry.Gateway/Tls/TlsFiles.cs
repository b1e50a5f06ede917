namespace Telemetry.Gateway.Tls;

/// <summary>The files of a self-made authority, in <c>DATA/tls</c>.</summary>
/// <param name="Directory">The folder.</param>
public readonly record struct TlsFiles(string Directory)
{
    /// <summary>Root certificate; what a shipper is given as <c>--ca</c>.</summary>
    public string CaFile => Path.Combine(Directory, "ca.pem");

    /// <summary>Key of the root; needed only to make another server certificate.</summary>
    public string CaKeyFile => Path.Combine(Directory, "ca-key.pem");

    /// <summary>Certificate of the gateway, followed by the root.</summary>
    public string CertificateFile => Path.Combine(Directory, "server.pem");

    /// <summary>Key of the gateway.</summary>
    public string KeyFile => Path.Combine(Directory, "server-key.pem");

    /// <summary>The folder of an installation.</summary>
    public static TlsFiles In(string dataDirectory) => new(Path.Combine(dataDirectory, "tls"));
}
