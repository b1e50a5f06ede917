using System.Buffers.Text;
using System.Security.Cryptography;

namespace Telemetry.Gateway.Authentication;

/// <summary>
/// A bearer token as it is shown once: <c>tlm_ID_SECRET</c>, an identifier of 16 hex digits that finds the record and 256
/// random bits in base64url.
/// </summary>
internal readonly record struct TokenText(string Id, string Secret)
{
    private const string Prefix = "tlm_";
    private const int IdDigits = 16;
    private const int MaxLength = 256;

    public static TokenText Mint() => new(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdDigits / 2)),
        Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));

    /// <summary>Takes the value of an <c>authorization</c> header or a token by itself. Does not throw.</summary>
    public static bool TryParse(string text, out TokenText token)
    {
        token = default;
        if (text.Length > MaxLength || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || text.Length <= Prefix.Length + IdDigits + 1 || text[Prefix.Length + IdDigits] != '_')
        {
            return false;
        }

        token = new(text.Substring(Prefix.Length, IdDigits), text[(Prefix.Length + IdDigits + 1)..]);
        return true;
    }

    /// <summary>The secret has 256 random bits, so that one round of SHA-256 is enough; the salt hides equal secrets.</summary>
    public byte[] Hash(ReadOnlySpan<byte> salt) => SHA256.HashData([.. salt, .. System.Text.Encoding.UTF8.GetBytes(Secret)]);

    public override string ToString() => $"{Prefix}{Id}_{Secret}";
}
