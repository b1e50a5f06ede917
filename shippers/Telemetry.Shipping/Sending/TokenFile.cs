namespace Telemetry.Shipping.Sending;

/// <summary>A token in a file, read before each call, so that it can be changed without a restart.</summary>
internal static class TokenFile
{
    /// <summary>Far more than a token has.</summary>
    private const int MaxBytes = 4096;

    /// <summary>Without the white space around it.</summary>
    /// <exception cref="IOException">It cannot be read: what a transport expects, and says of an attempt.</exception>
    public static string Read(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaxBytes
                ? File.ReadAllText(path).Trim()
                : throw new IOException("it is too large for a token.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The token file '{path}' cannot be read: {e.Message}", e);
        }
    }
}
