using System.Text.Json;

namespace Telemetry.Shipping.Configuration;

/// <summary>How files that people write are read: comments and trailing commas are theirs to use.</summary>
internal static class JsonFile
{
    public static readonly JsonDocumentOptions Options = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };
}
