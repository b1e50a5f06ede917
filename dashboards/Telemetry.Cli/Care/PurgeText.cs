using System.Globalization;
using System.Text.Json;
using Telemetry.Cli.Rendering;

namespace Telemetry.Cli.Care;

/// <summary>What would be deleted, for people.</summary>
internal static class PurgeText
{
    private const int MaxInstances = 10;

    public static async Task WriteAsync(CliContext context, JsonElement preview)
    {
        await context.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{preview.GetProperty("total").GetInt64():#,0} documents, {preview.GetProperty("oldest")} to {preview.GetProperty("newest")}"));
        foreach (var instance in preview.GetProperty("instances").EnumerateObject().Take(MaxInstances))
        {
            await context.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"  {instance.Value.GetInt64(),12:#,0}  {VisibleText.Of(instance.Name)}"));
        }

        if (preview.GetProperty("instance_count").GetInt32() is var count and > MaxInstances)
        {
            await context.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"  {"",12}  and {count - MaxInstances} more instances"));
        }

        var line = new DocumentLine(context.Color);
        foreach (var document in JsonFields.Items(preview, "samples"))
        {
            await context.Out.WriteLineAsync(line.Of(document));
        }
    }
}
