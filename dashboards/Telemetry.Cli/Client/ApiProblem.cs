using System.Text.Json;

namespace Telemetry.Cli.Client;

/// <summary>What a server says is wrong with a request.</summary>
/// <param name="Message">One sentence; "" when the server gave none.</param>
/// <param name="Position">Where in the query, UTF-16 units from 0; null when it is not the query.</param>
internal readonly record struct ApiProblem(string Message, int? Position)
{
    /// <summary>Reads a body; one that is not ours gives no position. Does not throw.</summary>
    public static ApiProblem Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            return new ApiProblem(
                root.TryGetProperty("error", out var error) ? error.ToString() : "",
                root.TryGetProperty("position", out var position) && position.TryGetInt32(out var at) ? at : null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new ApiProblem(body.Length <= 200 ? body.Trim() : "", null);
        }
    }
}
