using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Telemetry.Gateway.Authentication;

/// <summary>Content of <c>tokens.json</c>.</summary>
internal sealed record TokenFile(int Format, IReadOnlyList<TokenRecord> Tokens)
{
    public const int CurrentFormat = 1;

    public static readonly TokenFile Empty = new(CurrentFormat, []);

    /// <summary>Throws <see cref="GatewayException"/> with one sentence when the file is there but cannot be used.</summary>
    public static TokenFile Read(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                return Empty;
            }

            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), TokenJson.Default.TokenFile);
            return file is { Format: CurrentFormat, Tokens: not null } && file.Tokens.All(IsUsable)
                ? file
                : throw new GatewayException($"The token file '{path}' is not of format {CurrentFormat}.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new GatewayException($"The token file '{path}' cannot be read: {e.Message}", e);
        }
    }

    private static bool IsUsable(TokenRecord token) =>
        token is { Id: not null, Name: not null, Tenant: not null, Salt: not null, Hash: not null }
        && Base64.IsValid(token.Salt) && Base64.IsValid(token.Hash);

    /// <summary>Replaces the file at once, readable by its owner only.</summary>
    public void Write(string path) => PrivateFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this, TokenJson.Default.TokenFile));
}

/// <summary>Source-generated, so that reading the file needs no reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TokenFile))]
internal sealed partial class TokenJson : JsonSerializerContext;
