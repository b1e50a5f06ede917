using System.Buffers.Text;
using System.Text.Json.Serialization;

namespace Telemetry.Gateway.Authentication;

/// <summary>Content of <c>tokens.json</c>.</summary>
internal sealed record TokenFile(int Format, IReadOnlyList<TokenRecord> Tokens)
{
    private const int CurrentFormat = 1;

    public static readonly TokenFile Empty = new(CurrentFormat, []);

    /// <summary>Of this version's format, with nothing missing.</summary>
    public static bool IsUsable(TokenFile file) => file is { Format: CurrentFormat, Tokens: not null } && file.Tokens.All(IsWhole);

    private static bool IsWhole(TokenRecord token) =>
        token is { Id: not null, Name: not null, Tenant: not null, Salt: not null, Hash: not null }
        && Base64.IsValid(token.Salt) && Base64.IsValid(token.Hash);
}

/// <summary>Source-generated, so that reading the file needs no reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TokenFile))]
internal sealed partial class TokenJson : JsonSerializerContext;
